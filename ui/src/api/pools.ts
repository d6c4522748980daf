import { call } from './call'
import type { Worker, WorkPool, WorkQueue } from './types'

export interface PoolOverview {
  pool: WorkPool
  queues: WorkQueue[]
  workers: Worker[]
}

/** All pools with what belongs to them. */
export async function findPools(signal: AbortSignal): Promise<PoolOverview[]> {
  const pools = await call<WorkPool[]>('POST', 'work_pools/filter', { limit: 200 }, signal)
  return await Promise.all(
    pools.map(async pool => {
      const address = `work_pools/${encodeURIComponent(pool.name)}`
      const [queues, workers] = await Promise.all([
        call<WorkQueue[]>('POST', `${address}/queues/filter`, { limit: 200 }, signal),
        call<Worker[]>('POST', `${address}/workers/filter`, { limit: 200 }, signal),
      ])
      return { pool, queues, workers }
    }),
  )
}
