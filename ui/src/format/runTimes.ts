import type { RunTimes, StateType } from '../api/types'

const TERMINAL: ReadonlySet<StateType> = new Set(['COMPLETED', 'FAILED', 'CANCELLED', 'CRASHED'])

export const isTerminal = (type: StateType | null) => type !== null && TERMINAL.has(type)

/** Seconds from a run's start to its end, or to now while it is under way; null before it has started. */
export function elapsedSeconds(run: RunTimes & { state_type: StateType | null }, now: number): number | null {
  if (run.start_time === null) return null
  const start = Date.parse(run.start_time)
  const end = run.end_time !== null ? Date.parse(run.end_time) : isTerminal(run.state_type) ? start + run.total_run_time * 1000 : now
  return Math.max(0, (end - start) / 1000)
}

/** From here on a start is called late; less is what handing over costs. */
const LATE_FROM_SECONDS = 5

/** Seconds by which a run started, or still waits, after it was due; null when it is on time. */
export function latenessSeconds(run: RunTimes & { state_type: StateType | null }, now: number): number | null {
  const due = run.expected_start_time
  if (due === null || (run.start_time === null && isTerminal(run.state_type))) return null
  const late = ((run.start_time !== null ? Date.parse(run.start_time) : now) - Date.parse(due)) / 1000
  return late >= LATE_FROM_SECONDS ? late : null
}
