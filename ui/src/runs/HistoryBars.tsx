import { readHistory, HISTORY_HOURS, type HistoryBucket } from '../api/history'
import { serverNow } from '../api/connection'
import { formatMoment } from '../format/time'
import { toneOf } from '../parts/StateChip'
import { usePoll } from '../polling/usePoll'

const HEIGHT = 56
const TROUBLE_FIRST = ['failed', 'crashed', 'late', 'cancelled', 'cancelling', 'paused', 'pending', 'scheduled', 'running', 'completed']

/** The runs of the last day by when they were due: a bar for each half hour, coloured by how they stand now. */
export function HistoryBars() {
  const { data } = usePoll('history', 15_000, signal => readHistory(serverNow(), signal))
  const most = Math.max(0, ...(data ?? []).map(countOf))
  if (!data || most === 0) return null
  const total = data.reduce((sum, bucket) => sum + countOf(bucket), 0)
  return (
    <figure className="history-bars">
      <svg viewBox={`0 0 ${data.length * 10} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={`${total} runs in the last ${HISTORY_HOURS} hours, at most ${most} in half an hour`}>
        {data.map((bucket, index) => (
          <Bar key={bucket.interval_start} bucket={bucket} x={index * 10} most={most} />
        ))}
      </svg>
      <figcaption>
        <span>{HISTORY_HOURS} hours ago</span>
        <span>
          {total} {total === 1 ? 'run' : 'runs'}
        </span>
        <span>now</span>
      </figcaption>
    </figure>
  )
}

const countOf = (bucket: HistoryBucket) => bucket.states.reduce((sum, state) => sum + state.count_runs, 0)

function Bar({ bucket, x, most }: { bucket: HistoryBucket; x: number; most: number }) {
  const parts = bucket.states
    .map(state => ({ tone: toneOf(state.state_type, state.state_name), count: state.count_runs }))
    .sort((a, b) => TROUBLE_FIRST.indexOf(a.tone) - TROUBLE_FIRST.indexOf(b.tone))
  let y = HEIGHT
  return (
    <g>
      <title>{`${formatMoment(Date.parse(bucket.interval_start), serverNow())}: ${countOf(bucket)} runs${parts.map(part => `, ${part.count} ${part.tone}`).join('')}`}</title>
      <rect x={x} y={0} width={10} height={HEIGHT} fill="transparent" />
      <rect x={x + 1} y={HEIGHT - 1} width={8} height={1} className="bar-floor" />
      {parts.map(({ tone, count }, index) => {
        const height = Math.max(2, (count / most) * (HEIGHT - 2))
        y -= height
        return <rect key={index} x={x + 1} y={y} width={8} height={height} className={`bar tone-${tone}`} />
      })}
    </g>
  )
}
