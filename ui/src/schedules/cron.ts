const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']

const NICKNAMES: Record<string, string> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** A cron expression as a phrase; null for one that no short phrase fits, and then the expression itself is the best to show. */
export function cronInWords(expression: string): string | null {
  const trimmed = expression.trim()
  const fields = (NICKNAMES[trimmed.toLowerCase()] ?? trimmed).split(/\s+/)
  if (fields.length !== 5) return null
  const [minute, hour, dayOfMonth, month, dayOfWeek] = fields as [string, string, string, string, string]
  const time = timeOfDay(minute, hour)
  const day = dayPhrase(dayOfMonth, dayOfWeek)
  const months = month === '*' ? '' : monthPhrase(month)
  if (time === null || day === null || months === null) return null
  const everyDay = day === '' && months === ''
  const phrase = [everyDay && time.startsWith('at ') ? `every day ${time}` : time, day, months].filter(Boolean).join(' ')
  return phrase
}

function timeOfDay(minute: string, hour: string): string | null {
  const minuteStep = stepOf(minute)
  if (minuteStep !== null && hour === '*') return minuteStep === 1 ? 'every minute' : `every ${minuteStep} minutes`
  const minutes = numbers(minute, 0, 59)
  if (minutes === null) {
    const range = rangeOf(hour, 0, 23)
    return minuteStep !== null && range ? `${minuteStep === 1 ? 'every minute' : `every ${minuteStep} minutes`} from ${pad(range[0])}:00 to ${pad(range[1])}:59` : null
  }
  const hourStep = stepOf(hour)
  if (hourStep !== null && minutes.length === 1) {
    const past = minutes[0] === 0 ? '' : ` at ${minutes[0]} minutes past`
    return (hourStep === 1 ? 'every hour' : `every ${hourStep} hours`) + past
  }
  if (hourStep === 1) return `every hour at ${listing(minutes.map(String))} minutes past`
  const range = rangeOf(hour, 0, 23)
  if (range && minutes.length === 1) return `every hour from ${pad(range[0])}:${pad(minutes[0]!)} to ${pad(range[1])}:${pad(minutes[0]!)}`
  const hours = numbers(hour, 0, 23)
  if (hours === null || hours.length * minutes.length > 6) return null
  return `at ${listing(hours.flatMap(h => minutes.map(m => `${pad(h)}:${pad(m)}`)))}`
}

function dayPhrase(dayOfMonth: string, dayOfWeek: string): string | null {
  const anyWeekday = dayOfWeek === '*' || dayOfWeek === '?'
  const anyDate = dayOfMonth === '*' || dayOfMonth === '?'
  if (anyWeekday && anyDate) return ''
  if (!anyWeekday && !anyDate) return null
  if (!anyDate) {
    if (dayOfMonth.toUpperCase() === 'L') return 'on the last day of the month'
    const dates = numbers(dayOfMonth, 1, 31)
    return dates === null ? null : `on the ${listing(dates.map(ordinal))} of the month`
  }
  const days = numbers(named(dayOfWeek, DAYS, 0), 0, 7)
  if (days === null) return null
  const week = new Set(days.map(day => day % 7))
  if (week.size === 5 && !week.has(0) && !week.has(6)) return 'on weekdays'
  if (week.size === 2 && week.has(0) && week.has(6)) return 'at weekends'
  return `on ${listing([...week].sort((a, b) => ((a + 6) % 7) - ((b + 6) % 7)).map(day => DAYS[day]!))}`
}

function monthPhrase(month: string): string | null {
  const months = numbers(named(month, MONTHS, 1), 1, 12)
  return months === null ? null : `in ${listing(months.map(number => MONTHS[number - 1]!))}`
}

const stepOf = (field: string): number | null => {
  if (field === '*') return 1
  const step = /^(?:\*|0)\/(\d+)$/.exec(field)
  return step && Number(step[1]) > 0 ? Number(step[1]) : null
}

const rangeOf = (field: string, least: number, most: number): [number, number] | null => {
  const range = /^(\d+)-(\d+)$/.exec(field)
  if (!range) return null
  const [from, to] = [Number(range[1]), Number(range[2])]
  return from >= least && to <= most && from < to ? [from, to] : null
}

/** The values of a list of numbers and ranges; null when the field says anything else. */
function numbers(field: string, least: number, most: number): number[] | null {
  const values: number[] = []
  for (const part of field.split(',')) {
    const range = rangeOf(part, least, most)
    if (range) for (let value = range[0]; value <= range[1]; value++) values.push(value)
    else if (/^\d+$/.test(part) && Number(part) >= least && Number(part) <= most) values.push(Number(part))
    else return null
  }
  return values
}

/** Names ("MON", "jan") as their numbers. */
const named = (field: string, names: string[], first: number) =>
  field.replace(/[a-z]{3}/gi, word => {
    const index = names.findIndex(name => name.slice(0, 3).toLowerCase() === word.toLowerCase())
    return index < 0 ? word : String(index + first)
  })

const pad = (value: number) => String(value).padStart(2, '0')

export const listing = (words: string[]) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

export function ordinal(value: number): string {
  const teen = value % 100 > 10 && value % 100 < 14
  return `${value}${teen ? 'th' : (['th', 'st', 'nd', 'rd'][value % 10] ?? 'th')}`
}
