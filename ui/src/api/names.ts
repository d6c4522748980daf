import { call } from './call'
import type { Deployment, Flow } from './types'

const PAGE = 200

/** Names by id. They never change, so each is asked for once; an id that is not found is asked for again later. */
class NameBook {
  private readonly names = new Map<string, string>()
  private readonly load: (ids: string[], signal: AbortSignal) => Promise<{ id: string; name: string }[]>

  constructor(load: (ids: string[], signal: AbortSignal) => Promise<{ id: string; name: string }[]>) {
    this.load = load
  }

  async read(ids: Iterable<string | null>, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const unknown = [...new Set(ids)].filter((id): id is string => id !== null && !this.names.has(id)).slice(0, PAGE)
    if (unknown.length > 0) for (const { id, name } of await this.load(unknown, signal)) this.names.set(id, name)
    return this.names
  }
}

export const flowNames = new NameBook((ids, signal) =>
  call<Flow[]>('POST', 'flows/filter', { flows: { id: { any_: ids } }, limit: PAGE }, signal),
)

export const deploymentNames = new NameBook((ids, signal) =>
  call<Deployment[]>('POST', 'deployments/filter', { deployments: { id: { any_: ids } }, limit: PAGE }, signal),
)
