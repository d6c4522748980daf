import { deploymentNames } from '../api/names'
import { findLimits, type Limit } from '../api/stored'
import { EmptyState } from '../parts/EmptyState'
import { PageTitle } from '../parts/PageTitle'
import { Problem } from '../parts/Problem'
import { usePoll } from '../polling/usePoll'
import { Link } from '../routing/Link'
import { paths } from '../routing/paths'

const TAG = 'tag:'
const DEPLOYMENT = 'deployment:'

const deploymentOf = (limit: Limit) => (limit.name.startsWith(DEPLOYMENT) ? limit.name.slice(DEPLOYMENT.length) : null)

/** What may run at once, and how much of it does. */
export function LimitsPage() {
  const { data, error } = usePoll('limits', 2000, async signal => {
    const limits = await findLimits(signal)
    return { limits, deployments: await deploymentNames.read(limits.map(deploymentOf), signal) }
  })
  return (
    <>
      <header className="page-head">
        <PageTitle title="Concurrency limits" />
      </header>
      <Problem error={error} />
      {data?.limits.length === 0 && (
        <EmptyState title="Nothing is limited" command="reeve concurrency-limit create TAG 5">
          A limit on a tag lets only so many task runs with it run at once; a global limit (reeve gcl create) is for whatever your code asks of it.
        </EmptyState>
      )}
      {data && data.limits.length > 0 && (
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Kind</th>
              <th scope="col">Slots in use</th>
              <th scope="col">Freed by themselves</th>
              <th scope="col">In force</th>
            </tr>
          </thead>
          <tbody>
            {data.limits.map(limit => (
              <LimitRow key={limit.id} limit={limit} deployments={data.deployments} />
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}

function LimitRow({ limit, deployments }: { limit: Limit; deployments: ReadonlyMap<string, string> }) {
  const ofTag = limit.name.startsWith(TAG)
  const deployment = deploymentOf(limit)
  return (
    <tr>
      <td data-label="Name" className="main-cell">
        {deployment ? (
          <Link to={paths.deployment(deployment)}>{deployments.get(deployment) ?? limit.name}</Link>
        ) : (
          <strong>{ofTag ? limit.name.slice(TAG.length) : limit.name}</strong>
        )}
      </td>
      <td data-label="Kind">{ofTag ? 'tag of task runs' : deployment ? 'runs of a deployment' : 'global'}</td>
      <td data-label="Slots in use">
        <meter min={0} max={Math.max(1, limit.limit)} value={limit.active_slots} aria-hidden="true" /> {Math.floor(limit.active_slots)} of {limit.limit}
      </td>
      <td data-label="Freed by themselves">{limit.slot_decay_per_second > 0 ? `${limit.slot_decay_per_second} a second` : <span className="faint">–</span>}</td>
      <td data-label="In force">{limit.active ? 'yes' : <span className="late-text">no: it holds nothing back</span>}</td>
    </tr>
  )
}
