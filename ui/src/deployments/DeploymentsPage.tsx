import { useState } from 'react'
import { DEPLOYMENTS_SHOWN, findDeployments } from '../api/deployments'
import { flowNames } from '../api/names'
import { nextRuns } from '../api/runs'
import type { Deployment, FlowRun } from '../api/types'
import { EmptyState } from '../parts/EmptyState'
import { Moment } from '../parts/Moment'
import { PageTitle } from '../parts/PageTitle'
import { Problem } from '../parts/Problem'
import { SearchBox } from '../parts/SearchBox'
import { StatusDot } from '../parts/StatusDot'
import { Tags } from '../parts/Tags'
import { useNow } from '../polling/useNow'
import { usePoll } from '../polling/usePoll'
import { Link } from '../routing/Link'
import { navigate, useQuery } from '../routing/location'
import { paths, withQuery } from '../routing/paths'
import { PauseToggle } from './PauseToggle'
import { RunDialog } from './RunDialog'
import { ScheduleLines } from './ScheduleLines'

export function DeploymentsPage() {
  const name = useQuery().get('name') ?? ''
  const [starting, setStarting] = useState<Deployment | null>(null)
  const now = useNow()
  const { data, error, refresh } = usePoll(name, 2000, async signal => {
    const deployments = await findDeployments(name, signal)
    const [flows, next] = await Promise.all([
      flowNames.read(deployments.map(deployment => deployment.flow_id), signal),
      nextRuns(deployments.filter(deployment => deployment.schedules.length > 0).map(deployment => deployment.id), signal),
    ])
    return { deployments, flows, next, name }
  })

  return (
    <>
      <header className="page-head">
        <PageTitle title="Deployments" />
      </header>
      <div className="toolbar">
        <SearchBox
          label="Filter by flow or deployment name"
          placeholder="Flow or deployment name"
          value={name}
          onChange={typed => navigate(withQuery(paths.deployments(), { name: typed }), 'replace')}
        />
      </div>
      <Problem error={error} />
      {data?.deployments.length === 0 && <NoDeployments filtered={data.name !== ''} />}
      {data && data.deployments.length > 0 && (
        <table className="rows deployments">
          <thead>
            <tr>
              <th scope="col">Deployment</th>
              <th scope="col">Status</th>
              <th scope="col">Schedule</th>
              <th scope="col">Next run</th>
              <th scope="col">Work pool</th>
              <th scope="col">Tags</th>
              <th scope="col">Schedules on</th>
              <th scope="col">
                <span className="off-screen">Run</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.deployments.map(deployment => (
              <DeploymentRow
                key={deployment.id}
                deployment={deployment}
                flow={data.flows.get(deployment.flow_id) ?? '…'}
                next={data.next.get(deployment.id)}
                now={now}
                onRun={() => setStarting(deployment)}
                onChanged={refresh}
              />
            ))}
          </tbody>
        </table>
      )}
      {data?.deployments.length === DEPLOYMENTS_SHOWN && (
        <p className="faint">These are the first {DEPLOYMENTS_SHOWN} by name. The filter finds the others.</p>
      )}
      {starting && <RunDialog deployment={starting} onClose={() => setStarting(null)} />}
    </>
  )
}

interface DeploymentRowProps {
  deployment: Deployment
  flow: string
  next: FlowRun | undefined
  now: number
  onRun: () => void
  onChanged: () => void
}

function DeploymentRow({ deployment, flow, next, now, onRun, onChanged }: DeploymentRowProps) {
  return (
    <tr>
      <td data-label="Deployment" className="main-cell">
        <span className="faint">{flow} / </span>
        <Link to={paths.deployment(deployment.id)} className="row-link">
          {deployment.name}
        </Link>
        {deployment.description && <span className="cell-note">{deployment.description}</span>}
      </td>
      <td data-label="Status">
        <StatusDot status={deployment.paused ? 'PAUSED' : deployment.status} />
      </td>
      <td data-label="Schedule">
        <ScheduleLines schedules={deployment.schedules} />
      </td>
      <td data-label="Next run" className={next ? undefined : 'none'}>
        {next ? (
          <Link to={paths.run(next.id)} className="above-row">
            <Moment at={next.next_scheduled_start_time ?? next.expected_start_time} now={now} />
          </Link>
        ) : (
          <span className="faint">–</span>
        )}
      </td>
      <td data-label="Work pool">{deployment.work_pool_name ?? <span className="faint">none</span>}</td>
      <td data-label="Tags">
        <Tags tags={deployment.tags} />
      </td>
      <td data-label="Schedules on" className={deployment.schedules.length > 0 ? undefined : 'none'}>
        {deployment.schedules.length > 0 && <PauseToggle deployment={deployment} onChanged={onChanged} />}
      </td>
      <td className="actions">
        <button type="button" className="above-row" onClick={onRun} aria-label={`Run ${deployment.name}`}>
          Run
        </button>
      </td>
    </tr>
  )
}

function NoDeployments({ filtered }: { filtered: boolean }) {
  if (filtered) return <EmptyState title="No deployment matches">Try a part of the flow’s or the deployment’s name.</EmptyState>
  return (
    <EmptyState title="No deployments yet" command="reeve deploy --all">
      A deployment says where a flow’s code is and where it runs. In a project with a prefect.yaml (<code>reeve init</code> writes one), type:
    </EmptyState>
  )
}
