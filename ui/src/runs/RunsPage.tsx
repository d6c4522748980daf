import { deploymentNames, flowNames } from '../api/names'
import { findRuns, RUN_VIEWS, type RunSearch, type RunView } from '../api/runs'
import { EmptyState } from '../parts/EmptyState'
import { PageTitle } from '../parts/PageTitle'
import { Problem } from '../parts/Problem'
import { SearchBox } from '../parts/SearchBox'
import { usePoll } from '../polling/usePoll'
import { navigate, useQuery } from '../routing/location'
import { paths } from '../routing/paths'
import { HistoryBars } from './HistoryBars'
import { RunsTable } from './RunsTable'

const PAGE_SIZE = 50

export function RunsPage() {
  const query = useQuery()
  const search = searchOf(query)
  const { data, error } = usePoll(JSON.stringify(search), 2000, async signal => {
    const found = await findRuns(search, signal)
    const [flows, deployments] = await Promise.all([
      flowNames.read(found.runs.map(run => run.flow_id), signal),
      deploymentNames.read([search.deploymentId ?? null, ...found.runs.map(run => run.deployment_id)], signal),
    ])
    return { ...found, flows, deployments, search }
  })

  const change = (changes: Partial<Record<'state' | 'name' | 'deployment' | 'page', string>>) =>
    navigate(paths.runs({ ...Object.fromEntries(query), page: '', ...changes }), 'name' in changes ? 'replace' : 'push')

  return (
    <>
      <header className="page-head">
        <PageTitle title="Runs" />
      </header>
      <HistoryBars />
      <div className="toolbar">
        <div className="segments" role="group" aria-label="States">
          {(Object.keys(RUN_VIEWS) as RunView[]).map(view => (
            <button
              key={view}
              type="button"
              aria-pressed={view === search.view}
              onClick={() => change({ state: view === 'all' ? '' : view })}
            >
              {RUN_VIEWS[view].label}
            </button>
          ))}
        </div>
        <SearchBox label="Filter by run name" placeholder="Run name" value={search.name} onChange={name => change({ name })} />
        {search.deploymentId && (
          <button type="button" className="filter-pill" onClick={() => change({ deployment: '' })} aria-label="Show the runs of all deployments">
            Deployment: {data?.deployments.get(search.deploymentId) ?? '…'} <span aria-hidden="true">×</span>
          </button>
        )}
      </div>
      <Problem error={error} />
      {data &&
        (data.runs.length === 0 ? (
          <NoRuns search={data.search} />
        ) : (
          <RunsTable runs={data.runs} flows={data.flows} deployments={data.deployments} upcoming={data.search.view === 'upcoming'} />
        ))}
      {data && (search.page > 0 || data.more) && (
        <nav className="paging" aria-label="Pages">
          <button type="button" disabled={search.page === 0} onClick={() => change({ page: search.page === 1 ? '' : String(search.page) })}>
            Newer
          </button>
          <span>Page {search.page + 1}</span>
          <button type="button" disabled={!data.more} onClick={() => change({ page: String(search.page + 2) })}>
            Older
          </button>
        </nav>
      )}
    </>
  )
}

function searchOf(query: URLSearchParams): RunSearch {
  const state = query.get('state') ?? ''
  const page = Number(query.get('page') ?? 1)
  return {
    view: Object.hasOwn(RUN_VIEWS, state) ? (state as RunView) : 'all',
    name: query.get('name') ?? '',
    deploymentId: query.get('deployment'),
    page: Number.isInteger(page) && page > 1 ? page - 1 : 0,
    pageSize: PAGE_SIZE,
  }
}

function NoRuns({ search }: { search: RunSearch }) {
  if (search.page > 0) return <EmptyState title="No more runs">This page lies behind the last run.</EmptyState>
  if (search.view === 'upcoming')
    return (
      <EmptyState title="Nothing is scheduled">
        Deployments with an active schedule show their next runs here. A schedule stands in the deployment’s entry of prefect.yaml.
      </EmptyState>
    )
  if (search.view === 'late') return <EmptyState title="Nothing is late">Every run that was due has been taken by a worker.</EmptyState>
  if (search.view !== 'all' || search.name || search.deploymentId)
    return <EmptyState title="No run matches">Choose other states, or clear the filters.</EmptyState>
  return (
    <EmptyState title="No runs yet" command="reeve deployment run FLOW/DEPLOYMENT --watch">
      Run a deployment from its page, or type:
    </EmptyState>
  )
}
