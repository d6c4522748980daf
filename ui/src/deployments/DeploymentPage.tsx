import { useState } from 'react'
import { readDeployment } from '../api/deployments'
import { flowNames } from '../api/names'
import { findRuns, nextRuns } from '../api/runs'
import { EmptyState } from '../parts/EmptyState'
import { JsonView } from '../parts/Json'
import { Moment } from '../parts/Moment'
import { PageTitle } from '../parts/PageTitle'
import { Problem } from '../parts/Problem'
import { StatusDot } from '../parts/StatusDot'
import { Tags } from '../parts/Tags'
import { useNow } from '../polling/useNow'
import { usePoll } from '../polling/usePoll'
import { Link } from '../routing/Link'
import { paths } from '../routing/paths'
import { Fact } from '../runs/RunFacts'
import { RunsTable } from '../runs/RunsTable'
import { PauseToggle } from './PauseToggle'
import { RunDialog } from './RunDialog'
import { ScheduleLines } from './ScheduleLines'

const RECENT_RUNS = 15
const NO_NAMES: ReadonlyMap<string, string> = new Map()

export function DeploymentPage({ id }: { id: string }) {
  const [starting, setStarting] = useState(false)
  const now = useNow()
  const { data, error, refresh } = usePoll(id, 2000, async signal => {
    const deployment = await readDeployment(id, signal)
    const [recent, next, flows] = await Promise.all([
      findRuns({ view: 'all', name: '', deploymentId: id, page: 0, pageSize: RECENT_RUNS }, signal),
      nextRuns([id], signal),
      flowNames.read([deployment.flow_id], signal),
    ])
    return { deployment, runs: recent.runs, next: next.get(id), flow: flows.get(deployment.flow_id) ?? '…' }
  })

  if (!data)
    return (
      <>
        <PageTitle title="Deployment" />
        {error && error.status !== 0 && (
          <EmptyState title="This deployment cannot be shown" command="reeve deployment ls">
            {error.message}
          </EmptyState>
        )}
      </>
    )

  const { deployment, runs, next, flow } = data
  return (
    <>
      <header className="page-head">
        <div className="crumbs">
          <Link to={paths.deployments()}>Deployments</Link> <span aria-hidden="true">/</span> {flow}
        </div>
        <div className="title-line">
          <PageTitle title={deployment.name} />
          <StatusDot status={deployment.paused ? 'PAUSED' : deployment.status} />
          <span className="title-actions">
            <button type="button" className="primary" onClick={() => setStarting(true)}>
              Run
            </button>
          </span>
        </div>
        {deployment.description && <p className="lead">{deployment.description}</p>}
      </header>
      <Problem error={error} />
      <div className="run-layout">
        <div className="run-main">
          <section>
            <div className="section-head">
              <h2>Recent runs</h2>
              <Link to={paths.runs({ deployment: id })}>All runs</Link>
            </div>
            {runs.length === 0 ? (
              <EmptyState title="It has not run yet" command={`reeve deployment run '${flow}/${deployment.name}' --watch`}>
                Press Run above, or type:
              </EmptyState>
            ) : (
              <RunsTable runs={runs} flows={null} deployments={NO_NAMES} />
            )}
          </section>
        </div>
        <aside className="run-side">
          <section className="card">
            <div className="section-head">
              <h2>Schedules</h2>
              {deployment.schedules.length > 0 && <PauseToggle deployment={deployment} onChanged={refresh} />}
            </div>
            <ScheduleLines schedules={deployment.schedules} />
            {next && (
              <p>
                {Date.parse(next.next_scheduled_start_time ?? next.expected_start_time ?? '') < now ? 'A run was due' : 'Next run'}{' '}
                <Link to={paths.run(next.id)}>
                  <Moment at={next.next_scheduled_start_time ?? next.expected_start_time} now={now} />
                </Link>
              </p>
            )}
          </section>
          <section className="card">
            <h2>Facts</h2>
            <dl className="facts">
              <Fact name="Entrypoint">
                <code>{deployment.entrypoint ?? '–'}</code>
              </Fact>
              <Fact name="Work pool">
                {deployment.work_pool_name ? <Link to={paths.pools()}>{deployment.work_pool_name}</Link> : '–'}
                {deployment.work_queue_name && <span className="faint"> / {deployment.work_queue_name}</span>}
              </Fact>
              {deployment.version && <Fact name="Version">{deployment.version}</Fact>}
              {deployment.tags.length > 0 && (
                <Fact name="Tags">
                  <Tags tags={deployment.tags} all />
                </Fact>
              )}
              <Fact name="Changed">
                <Moment at={deployment.updated} now={now} />
              </Fact>
            </dl>
          </section>
          <section className="card">
            <h2>Parameters</h2>
            {Object.keys(deployment.parameters).length === 0 ? (
              <p className="faint">None: the flow’s own defaults.</p>
            ) : (
              <JsonView value={deployment.parameters} label="the parameters" />
            )}
          </section>
          {deployment.pull_steps !== null && (
            <section className="card">
              <h2>Pull steps</h2>
              <JsonView value={deployment.pull_steps} label="the pull steps" />
            </section>
          )}
        </aside>
      </div>
      {starting && <RunDialog deployment={deployment} onClose={() => setStarting(false)} />}
    </>
  )
}
