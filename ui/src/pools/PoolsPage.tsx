import { findPools, type PoolOverview } from '../api/pools'
import type { Worker, WorkQueue } from '../api/types'
import { Command, EmptyState } from '../parts/EmptyState'
import { Moment } from '../parts/Moment'
import { PageTitle } from '../parts/PageTitle'
import { Problem } from '../parts/Problem'
import { StatusDot } from '../parts/StatusDot'
import { useNow } from '../polling/useNow'
import { usePoll } from '../polling/usePoll'

export function PoolsPage() {
  const now = useNow()
  const { data, error } = usePoll('pools', 2000, findPools)
  return (
    <>
      <header className="page-head">
        <PageTitle title="Work pools" />
      </header>
      <Problem error={error} />
      {data?.length === 0 && (
        <EmptyState title="No work pools yet" command="reeve work-pool create my-pool --type process">
          Runs wait in a work pool for a worker of the same kind. Make one:
        </EmptyState>
      )}
      {data?.map(overview => <Pool key={overview.pool.id} overview={overview} now={now} />)}
    </>
  )
}

function Pool({ overview: { pool, queues, workers }, now }: { overview: PoolOverview; now: number }) {
  return (
    <section className="card pool" aria-labelledby={`pool-${pool.id}`}>
      <div className="section-head">
        <h2 id={`pool-${pool.id}`}>{pool.name}</h2>
        <StatusDot status={pool.is_paused ? 'PAUSED' : pool.status} />
        <span className="faint">{pool.type}</span>
        <span className="title-actions">
          <Slots used={pool.active_slots} limit={pool.concurrency_limit} />
        </span>
      </div>
      {pool.description && <p className="lead">{pool.description}</p>}
      <div className="pool-halves">
        <Workers workers={workers} poolName={pool.name} poolType={pool.type} now={now} />
        <Queues queues={queues} now={now} />
      </div>
    </section>
  )
}

interface WorkersProps {
  workers: Worker[]
  poolName: string
  poolType: string
  now: number
}

function Workers({ workers, poolName, poolType, now }: WorkersProps) {
  const ordered = [...workers].sort((a, b) => (b.last_heartbeat_time ?? '').localeCompare(a.last_heartbeat_time ?? ''))
  return (
    <div>
      <h3>Workers</h3>
      {workers.length > 0 && (
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Status</th>
              <th scope="col">Last heartbeat</th>
            </tr>
          </thead>
          <tbody>
            {ordered.map(worker => (
              <tr key={worker.id}>
                <th scope="row">{worker.name}</th>
                <td>
                  <StatusDot status={worker.status} />
                </td>
                <td>
                  <Moment at={worker.last_heartbeat_time} now={now} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {!workers.some(worker => worker.status === 'ONLINE') && <StartOne poolName={poolName} poolType={poolType} />}
    </div>
  )
}

/** Pools of agents are served by agents, which ask queues and say no heartbeat. */
function StartOne({ poolName, poolType }: { poolName: string; poolType: string }) {
  if (poolType === 'prefect-agent') return <p className="faint">Agents serve this pool; they tell no heartbeat. The queues show when one last asked.</p>
  return (
    <>
      <p className="faint">No worker is online, so runs wait. Start one:</p>
      <Command text={`reeve worker start --pool ${poolName}`} />
    </>
  )
}

function Queues({ queues, now }: { queues: WorkQueue[]; now: number }) {
  const ordered = [...queues].sort((a, b) => a.priority - b.priority)
  return (
    <div>
      <h3>Queues</h3>
      <table className="plain">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Status</th>
            <th scope="col" className="number">
              Priority
            </th>
            <th scope="col">Slots</th>
            <th scope="col">Last asked</th>
          </tr>
        </thead>
        <tbody>
          {ordered.map(queue => (
            <tr key={queue.id}>
              <th scope="row">{queue.name}</th>
              <td>
                <StatusDot status={queue.is_paused ? 'PAUSED' : queue.status} />
              </td>
              <td className="number">{queue.priority}</td>
              <td>
                <Slots used={queue.active_slots} limit={queue.concurrency_limit} />
              </td>
              <td>
                <Moment at={queue.last_polled} now={now} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Slots({ used, limit }: { used: number | null; limit: number | null }) {
  if (limit === null) return <span className="faint">{used ? `${used} active, no limit` : 'no limit'}</span>
  return (
    <span className="slots">
      {used !== null && <meter min={0} max={Math.max(1, limit)} value={used} aria-hidden="true" />}
      {used === null ? `limit ${limit}` : `${used} of ${limit} in use`}
    </span>
  )
}
