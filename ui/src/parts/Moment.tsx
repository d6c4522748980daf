import { formatAge, formatExactly, formatMoment } from '../format/time'

interface MomentProps {
  at: string | null
  now: number
  /** "age" for a glance ("12 s ago"), "clock" for the time of day. */
  as?: 'age' | 'clock'
}

export function Moment({ at, now, as = 'age' }: MomentProps) {
  if (at === null) return <span className="faint">–</span>
  const time = Date.parse(at)
  return (
    <time dateTime={at} title={formatExactly(time)}>
      {as === 'age' ? formatAge(time, now) : formatMoment(time, now)}
    </time>
  )
}
