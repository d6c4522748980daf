import { findLimits, type Limit } from '../api/stored'
import { EmptyState } from '../parts/EmptyState'
import { PageTitle } from '../parts/PageTitle'
import { Problem } from '../parts/Problem'
import { usePoll } from '../polling/usePoll'

const TAG = 'tag:'

/** What may run at once, and how much of it does. */
export function LimitsPage() {
  const { data, error } = usePoll('limits', 2000, findLimits)
  return (
    <>
      <header className="page-head">
        <PageTitle title="Concurrency limits" />
      </header>
      <Problem error={error} />
      {data?.length === 0 && (
        <EmptyState title="Nothing is limited" command="reeve concurrency-limit create TAG 5">
          A limit on a tag lets only so many task runs with it run at once; a global limit (reeve gcl create) is for whatever your code asks of it.
        </EmptyState>
      )}
      {data && data.length > 0 && (
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
            {data.map(limit => (
              <LimitRow key={limit.id} limit={limit} />
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}

function LimitRow({ limit }: { limit: Limit }) {
  const ofTag = limit.name.startsWith(TAG)
  return (
    <tr>
      <td data-label="Name" className="main-cell">
        <strong>{ofTag ? limit.name.slice(TAG.length) : limit.name}</strong>
      </td>
      <td data-label="Kind">{ofTag ? 'tag of task runs' : 'global'}</td>
      <td data-label="Slots in use">
        <meter min={0} max={Math.max(1, limit.limit)} value={limit.active_slots} aria-hidden="true" /> {Math.floor(limit.active_slots)} of {limit.limit}
      </td>
      <td data-label="Freed by themselves">{limit.slot_decay_per_second > 0 ? `${limit.slot_decay_per_second} a second` : <span className="faint">–</span>}</td>
      <td data-label="In force">{limit.active ? 'yes' : <span className="late-text">no: it holds nothing back</span>}</td>
    </tr>
  )
}
