import { call } from './call'
import type { StateType } from './types'

export interface HistoryBucket {
  interval_start: string
  interval_end: string
  states: { state_type: StateType; state_name: string; count_runs: number }[]
}

export const HISTORY_HOURS = 24
export const HISTORY_BUCKETS = 48

/** The bodies of `flow_runs/history` for the last day, cut on the half hours so that the bars stand still between two answers. */
export function historyQuery(now: number) {
  const step = (HISTORY_HOURS * 3_600_000) / HISTORY_BUCKETS
  const end = Math.ceil(now / step) * step
  return {
    history_start: new Date(end - HISTORY_HOURS * 3_600_000).toISOString(),
    history_end: new Date(end).toISOString(),
    history_interval_seconds: step / 1000,
  }
}

export const readHistory = (now: number, signal: AbortSignal) => call<HistoryBucket[]>('POST', 'flow_runs/history', historyQuery(now), signal)
