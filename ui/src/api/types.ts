/** What the console reads of the wire; the server sends more. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
export type JsonObject = { [key: string]: Json }

export type StateType =
  | 'SCHEDULED'
  | 'PENDING'
  | 'RUNNING'
  | 'COMPLETED'
  | 'FAILED'
  | 'CANCELLED'
  | 'CRASHED'
  | 'PAUSED'
  | 'CANCELLING'

export interface State {
  id: string
  type: StateType
  name: string
  timestamp: string
  message: string | null
  /** What a pause asks for: the keys of the run's inputs. */
  state_details?: { run_input_keyset?: { schema?: string; description?: string } | null } | null
}

export interface RunTimes {
  expected_start_time: string | null
  next_scheduled_start_time: string | null
  start_time: string | null
  end_time: string | null
  /** Seconds spent in Running, the present stretch not included. */
  total_run_time: number
}

export interface FlowRun extends RunTimes {
  id: string
  created: string
  name: string
  flow_id: string
  deployment_id: string | null
  state_type: StateType | null
  state_name: string | null
  state: State | null
  parameters: JsonObject
  tags: string[]
  labels: JsonObject | null
  run_count: number
  /** Seconds between the time at which the run was due and its start, or now. */
  estimated_start_time_delta: number
  auto_scheduled: boolean
  work_pool_name: string | null
  work_queue_name: string | null
  infrastructure_pid: string | null
  parent_task_run_id: string | null
  created_by: { type: string | null; display_value: string | null } | null
}

export interface TaskRun extends RunTimes {
  id: string
  flow_run_id: string | null
  name: string
  state_type: StateType | null
  state_name: string | null
  state: State | null
  run_count: number
}

export interface Log {
  id: string
  name: string
  level: number
  message: string
  timestamp: string
  task_run_id: string | null
}

export interface Flow {
  id: string
  name: string
}

export type Schedule =
  | { cron: string; timezone?: string | null; day_or?: boolean }
  | { interval: number; anchor_date?: string | null; timezone?: string | null }
  | { rrule: string; timezone?: string | null }

export interface DeploymentSchedule {
  id: string
  schedule: Schedule
  active: boolean
  slug?: string | null
  parameters?: JsonObject
}

export interface Deployment {
  id: string
  name: string
  flow_id: string
  description: string | null
  version: string | null
  paused: boolean
  schedules: DeploymentSchedule[]
  parameters: JsonObject
  parameter_openapi_schema: JsonObject | null
  enforce_parameter_schema: boolean
  tags: string[]
  work_pool_name: string | null
  work_queue_name: string | null
  entrypoint: string | null
  path: string | null
  pull_steps: Json
  job_variables: JsonObject | null
  status: string | null
  last_polled: string | null
  updated: string
}

export interface WorkPool {
  id: string
  name: string
  type: string
  description: string | null
  is_paused: boolean
  concurrency_limit: number | null
  active_slots: number | null
  status: string | null
}

export interface WorkQueue {
  id: string
  name: string
  description: string | null
  is_paused: boolean
  concurrency_limit: number | null
  active_slots: number | null
  priority: number
  last_polled: string | null
  status: string | null
}

export interface Worker {
  id: string
  name: string
  last_heartbeat_time: string | null
  status: string
}

export interface OrchestrationResult {
  state: State | null
  status: 'ACCEPT' | 'REJECT' | 'ABORT' | 'WAIT'
  details: { reason?: string | null }
}
