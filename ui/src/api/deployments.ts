import { call } from './call'
import type { Deployment, FlowRun, JsonObject } from './types'

export const DEPLOYMENTS_SHOWN = 200

export const findDeployments = (name: string, signal: AbortSignal) =>
  call<Deployment[]>(
    'POST',
    'deployments/filter',
    { sort: 'NAME_ASC', limit: DEPLOYMENTS_SHOWN, ...(name && { deployments: { flow_or_deployment_name: { like_: name } } }) },
    signal,
  )

export const readDeployment = (id: string, signal: AbortSignal) =>
  call<Deployment>('GET', `deployments/${encodeURIComponent(id)}`, undefined, signal)

export const pauseDeployment = (id: string, paused: boolean) => call<null>('PATCH', `deployments/${encodeURIComponent(id)}`, { paused })

export interface RunRequest {
  name?: string
  parameters: JsonObject
}

export const runDeployment = (id: string, request: RunRequest) =>
  call<FlowRun>('POST', `deployments/${encodeURIComponent(id)}/create_flow_run`, request)
