import { call } from './call'

export interface ReasonHolder {
  /** "flow_run", "task_run", "worker", "lease" … */
  type: string
  id: string | null
  name: string | null
  since: string | null
}

export interface Reason {
  code: string
  message: string
  since: string | null
  holders: ReasonHolder[]
  hint: string | null
}

export interface Explanation {
  summary: string
  reasons: Reason[]
}

/** Why a run does not run or go on. */
export const explainRun = (id: string, signal: AbortSignal) => call<Explanation>('GET', `flow_runs/${encodeURIComponent(id)}/why`, undefined, signal)
