import { call } from './call'
import { ApiError } from './problem'
import type { FlowRun, JsonObject, OrchestrationResult } from './types'

/** What a paused run asks for. */
export interface Question {
  /** What the person who answers is told; empty: nothing. */
  description: string
  /** The form of the answer; null: the run waits for no input. */
  schema: JsonObject | null
}

/** Reads what the run's pause asks for, from the keys that its state names. */
export async function readQuestion(run: FlowRun, signal: AbortSignal): Promise<Question> {
  const keys = run.state?.state_details?.run_input_keyset
  const [schema, description] = await Promise.all([read<JsonObject>(run.id, keys?.schema, signal), read<string>(run.id, keys?.description, signal)])
  return { description: typeof description === 'string' ? description : '', schema }
}

/** Lets a paused run go on. The answer's reason is there when the server refused. */
export const resumeRun = (id: string, input: JsonObject | null) =>
  call<OrchestrationResult>('POST', `flow_runs/${encodeURIComponent(id)}/resume`, input === null ? {} : { run_input: input })

async function read<T>(id: string, key: string | undefined, signal: AbortSignal): Promise<T | null> {
  if (key === undefined) return null
  try {
    return await call<T | null>('GET', `flow_runs/${encodeURIComponent(id)}/input/${encodeURIComponent(key)}`, undefined, signal)
  } catch (fault) {
    if (fault instanceof ApiError && fault.status === 404) return null // a pause may leave its description out
    throw fault
  }
}
