import { formatDuration } from './duration'

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })
const dayAndMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const fullDay = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })

/** "just now", "12 s ago", "in 3 min". One unit: an age is for a glance, the tooltip has the rest. */
export function formatAge(time: number, now: number): string {
  const seconds = (now - time) / 1000
  if (Math.abs(seconds) < 2) return 'just now'
  const [size] = formatDuration(Math.max(2, Math.floor(Math.abs(seconds)))).split(/(?<=[a-z]) /)
  const whole = size!.replace('.0', '')
  return seconds > 0 ? `${whole} ago` : `in ${whole}`
}

/** The time of day, with the date when that is not today's. */
export function formatMoment(time: number, now: number): string {
  const date = new Date(time)
  const today = date.toDateString() === new Date(now).toDateString()
  return today ? clock.format(date) : `${dayAndMonth.format(date)}, ${clock.format(date)}`
}

/** Everything, for tooltips: local time with its offset, and UTC. */
export function formatExactly(time: number): string {
  const date = new Date(time)
  return `${fullDay.format(date)}, ${formatClock(time)} (${date.toISOString()})`
}

/** The time of day with milliseconds, for log lines. */
export function formatClock(time: number): string {
  const date = new Date(time)
  return `${clock.format(date)}.${String(date.getMilliseconds()).padStart(3, '0')}`
}
