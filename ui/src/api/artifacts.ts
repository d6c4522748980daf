import { call } from './call'
import type { Json } from './types'

export interface Artifact {
  id: string
  created: string
  key: string | null
  type: string | null
  description: string | null
  data: Json
}

export const ARTIFACTS_SHOWN = 50

/** What a run has left for people; results, which are for programs, are left out. */
export const readArtifacts = (runId: string, signal: AbortSignal) =>
  call<Artifact[]>(
    'POST',
    'artifacts/filter',
    { artifacts: { flow_run_id: { any_: [runId] }, type: { not_any_: ['result'] } }, sort: 'CREATED_DESC', limit: ARTIFACTS_SHOWN },
    signal,
  )
