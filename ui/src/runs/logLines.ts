import type { Log } from '../api/types'
import { formatClock } from '../format/time'

/** More lines than this are not kept in the page; the download has them all. */
export const MOST_LINES = 5000

export const LEVELS = [
  { least: 0, label: 'All levels' },
  { least: 20, label: 'Info and above' },
  { least: 30, label: 'Warning and above' },
  { least: 40, label: 'Errors' },
]

export const levelName = (level: number) =>
  level >= 50 ? 'CRITICAL' : level >= 40 ? 'ERROR' : level >= 30 ? 'WARNING' : level >= 20 ? 'INFO' : 'DEBUG'

/** Lines of both lists, each once, in order of time. Lines of the same time stay as the server sent them. */
export function mergeLines(kept: Log[], arrived: Log[]): Log[] {
  const known = new Set(kept.map(line => line.id))
  const fresh = arrived.filter(line => !known.has(line.id))
  if (fresh.length === 0) return kept
  const last = kept.at(-1)
  const merged = [...kept, ...fresh]
  const inOrder = last === undefined || fresh.every(line => line.timestamp >= last.timestamp)
  return inOrder && isSorted(fresh) ? merged : merged.sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0))
}

const isSorted = (lines: Log[]) => lines.every((line, index) => index === 0 || lines[index - 1]!.timestamp <= line.timestamp)

/** A line as it is copied and downloaded. */
export const textOf = (line: Log) => `${line.timestamp} | ${levelName(line.level).padEnd(8)} | ${line.name} - ${line.message}`

/** A line of the panel as text: the same with the time of day only. */
export const shortTextOf = (line: Log) => `${formatClock(Date.parse(line.timestamp))} | ${levelName(line.level).padEnd(7)} | ${line.message}`
