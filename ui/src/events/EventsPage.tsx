import { EVENTS_SHOWN, findEvents, type Happening } from '../api/stored'
import { EmptyState } from '../parts/EmptyState'
import { Moment } from '../parts/Moment'
import { PageTitle } from '../parts/PageTitle'
import { Problem } from '../parts/Problem'
import { SearchBox } from '../parts/SearchBox'
import { useNow } from '../polling/useNow'
import { usePoll } from '../polling/usePoll'
import { Link } from '../routing/Link'
import { navigate, useQuery } from '../routing/location'
import { paths } from '../routing/paths'

const FLOW_RUN = 'prefect.flow-run.'
const DEPLOYMENT = 'prefect.deployment.'

/** The newest events of the last week. */
export function EventsPage() {
  const prefix = useQuery().get('event') ?? ''
  const now = useNow()
  const { data, error } = usePoll(prefix, 2000, signal => findEvents(prefix, signal))
  return (
    <>
      <header className="page-head">
        <PageTitle title="Events" />
      </header>
      <div className="toolbar">
        <SearchBox label="Filter by how the event's name begins" placeholder="prefect.flow-run" value={prefix} onChange={event => navigate(paths.events({ event }), 'replace')} />
        {data && <span className="faint">{data.total > EVENTS_SHOWN ? `the newest ${EVENTS_SHOWN} of ${data.total}` : `${data.total}`}</span>}
      </div>
      <Problem error={error} />
      {data?.events.length === 0 && <EmptyState title="No event matches">Events tell what happened: a run that changed its state, a worker that came or went.</EmptyState>}
      {data && data.events.length > 0 && (
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">When</th>
              <th scope="col">Event</th>
              <th scope="col">Of</th>
            </tr>
          </thead>
          <tbody>
            {data.events.map(event => (
              <tr key={event.id}>
                <td data-label="When">
                  <Moment at={event.occurred} now={now} />
                </td>
                <td data-label="Event">
                  <code>{event.event}</code>
                </td>
                <td data-label="Of" className="main-cell">
                  <Resource resource={event.resource} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  )
}

function Resource({ resource }: { resource: Happening['resource'] }) {
  const id = resource['prefect.resource.id'] ?? ''
  const name = resource['prefect.resource.name'] ?? id
  const to = id.startsWith(FLOW_RUN) ? paths.run(id.slice(FLOW_RUN.length)) : id.startsWith(DEPLOYMENT) ? paths.deployment(id.slice(DEPLOYMENT.length)) : null
  return to ? (
    <Link to={to} title={id}>
      {name}
    </Link>
  ) : (
    <span title={id}>{name}</span>
  )
}
