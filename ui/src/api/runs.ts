import { call } from './call'
import { serverNow } from './connection'
import type { FlowRun, Log, OrchestrationResult, State, StateType, TaskRun } from './types'

/** The groups by which people look for runs. */
export const RUN_VIEWS = {
  all: { label: 'All' },
  active: { label: 'Active', types: ['PENDING', 'RUNNING', 'CANCELLING', 'PAUSED'] },
  late: { label: 'Late', names: ['Late'] },
  failed: { label: 'Failed', types: ['FAILED', 'CRASHED'] },
  completed: { label: 'Completed', types: ['COMPLETED'] },
  cancelled: { label: 'Cancelled', types: ['CANCELLED'] },
  upcoming: { label: 'Upcoming', types: ['SCHEDULED'] },
} satisfies Record<string, { label: string; types?: StateType[]; names?: string[] }>

export type RunView = keyof typeof RUN_VIEWS

export interface RunSearch {
  view: RunView
  name: string
  deploymentId?: string | null
  flowId?: string | null
  page: number
  pageSize: number
}

/** The body of `flow_runs/filter`. One run more than the page holds is asked for: it tells whether there is a next page. */
export function runQuery(search: RunSearch, now: number) {
  const { types, names } = RUN_VIEWS[search.view] as { types?: StateType[]; names?: string[] }
  const state = types ? { type: { any_: types } } : names ? { name: { any_: names } } : null
  const upcoming = search.view === 'upcoming'
  return {
    sort: upcoming ? 'NEXT_SCHEDULED_START_TIME_ASC' : 'EXPECTED_START_TIME_DESC',
    limit: search.pageSize + 1,
    offset: search.page * search.pageSize,
    flow_runs: {
      ...(state && { state }),
      ...(search.name && { name: { like_: search.name } }),
      ...(search.deploymentId && { deployment_id: { any_: [search.deploymentId] } }),
      // what schedules have made ahead would bury what has happened: it has its own view
      ...(search.view === 'all' && { expected_start_time: { before_: new Date(now + 10_000).toISOString() } }),
    },
    ...(search.flowId && { flows: { id: { any_: [search.flowId] } } }),
  }
}

export async function findRuns(search: RunSearch, signal: AbortSignal) {
  const found = await call<FlowRun[]>('POST', 'flow_runs/filter', runQuery(search, serverNow()), signal)
  return { runs: found.slice(0, search.pageSize), more: found.length > search.pageSize }
}

export const readRun = (id: string, signal: AbortSignal) => call<FlowRun>('GET', `flow_runs/${encodeURIComponent(id)}`, undefined, signal)

export const readStates = (runId: string, signal: AbortSignal) =>
  call<State[]>('GET', `flow_run_states/?flow_run_id=${encodeURIComponent(runId)}`, undefined, signal)

export const TASK_RUNS_SHOWN = 200

export const readTaskRuns = (runId: string, signal: AbortSignal) =>
  call<TaskRun[]>(
    'POST',
    'task_runs/filter',
    { task_runs: { flow_run_id: { any_: [runId] } }, sort: 'EXPECTED_START_TIME_ASC', limit: TASK_RUNS_SHOWN },
    signal,
  )

export const readTaskRun = (id: string, signal: AbortSignal) => call<TaskRun>('GET', `task_runs/${encodeURIComponent(id)}`, undefined, signal)

/** The next scheduled run of each of these deployments. */
export async function nextRuns(deploymentIds: string[], signal: AbortSignal): Promise<Map<string, FlowRun>> {
  const next = new Map<string, FlowRun>()
  if (deploymentIds.length === 0) return next
  const runs = await call<FlowRun[]>(
    'POST',
    'flow_runs/filter',
    {
      flow_runs: { deployment_id: { any_: deploymentIds }, state: { type: { any_: ['SCHEDULED'] } } },
      sort: 'NEXT_SCHEDULED_START_TIME_ASC',
      limit: 200,
    },
    signal,
  )
  for (const run of runs) if (run.deployment_id && !next.has(run.deployment_id)) next.set(run.deployment_id, run)
  return next
}

export const LOG_PAGE = 200

export interface LogSearch {
  runId: string
  minLevel: number
  sort: 'TIMESTAMP_ASC' | 'TIMESTAMP_DESC'
  after?: string
  before?: string
  offset?: number
}

export const findLogs = (search: LogSearch, signal?: AbortSignal) =>
  call<Log[]>(
    'POST',
    'logs/filter',
    {
      logs: {
        flow_run_id: { any_: [search.runId] },
        ...(search.minLevel > 0 && { level: { ge_: search.minLevel } }),
        ...((search.after || search.before) && {
          timestamp: { ...(search.after && { after_: search.after }), ...(search.before && { before_: search.before }) },
        }),
      },
      sort: search.sort,
      limit: LOG_PAGE,
      offset: search.offset ?? 0,
    },
    signal,
  )

/** Asks for the end of a run. The answer's reason is there when the server decided otherwise. */
export const cancelRun = (id: string) =>
  call<OrchestrationResult>('POST', `flow_runs/${encodeURIComponent(id)}/set_state`, {
    state: { type: 'CANCELLING', name: 'Cancelling', message: 'Cancelled from the console.' },
  })
