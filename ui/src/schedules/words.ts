import type { Schedule } from '../api/types'
import { cronInWords, listing } from './cron'

export interface ScheduleWords {
  /** "every day at 09:00", or the expression itself where no phrase fits. */
  text: string
  /** As it was written, where that is not the text. */
  source: string | null
  timezone: string | null
}

/** A schedule as people say it. */
export function scheduleInWords(schedule: Schedule): ScheduleWords {
  const timezone = schedule.timezone ?? null
  if ('cron' in schedule) {
    const phrase = cronInWords(schedule.cron)
    return { text: phrase ?? schedule.cron, source: phrase === null ? null : schedule.cron, timezone }
  }
  if ('interval' in schedule) return { text: intervalInWords(schedule.interval), source: null, timezone }
  const phrase = ruleInWords(schedule.rrule)
  return { text: phrase ?? schedule.rrule, source: phrase === null ? null : schedule.rrule, timezone }
}

const UNITS: [string, number][] = [
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
]

/** "every hour", "every 90 minutes"; what no unit measures is told by several: "every 1 minute 30.5 seconds". */
export function intervalInWords(seconds: number): string {
  const exact = UNITS.find(([, size]) => seconds >= size && seconds % size === 0)
  if (exact) return every(seconds / exact[1], exact[0])
  const parts: string[] = []
  let rest = seconds
  for (const [unit, size] of UNITS) {
    const count = unit === 'second' ? Math.round(rest * 1000) / 1000 : Math.floor(rest / size)
    if (count === 0) continue
    rest -= count * size
    parts.push(count === 1 ? `1 ${unit}` : `${count} ${unit}s`)
  }
  return `every ${parts.join(' ')}`
}

const FREQUENCIES: Record<string, string> = {
  SECONDLY: 'second',
  MINUTELY: 'minute',
  HOURLY: 'hour',
  DAILY: 'day',
  WEEKLY: 'week',
  MONTHLY: 'month',
  YEARLY: 'year',
}
const WEEKDAYS: Record<string, string> = { MO: 'Monday', TU: 'Tuesday', WE: 'Wednesday', TH: 'Thursday', FR: 'Friday', SA: 'Saturday', SU: 'Sunday' }
const SPOKEN = new Set(['FREQ', 'INTERVAL', 'BYDAY', 'BYHOUR', 'BYMINUTE', 'BYSECOND', 'WKST'])

/** A recurrence rule of the simple kinds; null for the others. */
function ruleInWords(rrule: string): string | null {
  const rules = rrule.split(/\s+/).filter(line => !line.startsWith('DTSTART'))
  if (rules.length !== 1) return null
  const parts = new Map(rules[0]!.replace(/^RRULE:/, '').split(';').map(part => part.split('=', 2) as [string, string]))
  const unit = FREQUENCIES[parts.get('FREQ') ?? '']
  if (!unit || [...parts.keys()].some(key => !SPOKEN.has(key))) return null
  const days = parts.get('BYDAY')?.split(',').map(day => WEEKDAYS[day])
  if (days?.some(day => day === undefined)) return null
  const hours = parts.get('BYHOUR')?.split(',')
  const minutes = parts.get('BYMINUTE')?.split(',') ?? ['0']
  const times = hours?.flatMap(hour => minutes.map(minute => `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`))
  if (times && times.length > 6) return null
  return [every(Number(parts.get('INTERVAL') ?? 1), unit), days && `on ${listing(days as string[])}`, times && `at ${listing(times)}`]
    .filter(Boolean)
    .join(' ')
}

const every = (count: number, unit: string) => (count === 1 ? `every ${unit}` : `every ${count} ${unit}s`)
