import { useState } from 'react'
import { deploymentNames, flowNames } from '../api/names'
import { readRun, readStates, readTaskRuns } from '../api/runs'
import type { FlowRun } from '../api/types'
import { formatDuration } from '../format/duration'
import { elapsedSeconds, isTerminal } from '../format/runTimes'
import { EmptyState } from '../parts/EmptyState'
import { JsonView } from '../parts/Json'
import { PageTitle } from '../parts/PageTitle'
import { Problem } from '../parts/Problem'
import { StateChip } from '../parts/StateChip'
import { useNow } from '../polling/useNow'
import { usePoll } from '../polling/usePoll'
import { Link } from '../routing/Link'
import { paths } from '../routing/paths'
import { ArtifactPanel } from './ArtifactPanel'
import { CancelDialog } from './CancelDialog'
import { LogPanel } from './LogPanel'
import { ResumeDialog } from './ResumeDialog'
import { RunFacts } from './RunFacts'
import { StateHistory } from './StateHistory'
import { TaskTimeline } from './TaskTimeline'
import { WhyPanel } from './WhyPanel'

const LIVE_MS = 1000
/** A run that has ended changes only when somebody runs it again. */
const ENDED_MS = 10_000

export function RunPage({ id }: { id: string }) {
  const [cancelling, setCancelling] = useState(false)
  const [resuming, setResuming] = useState(false)
  const [ended, setEnded] = useState(false)
  const { data, error, refresh } = usePoll(id, ended ? ENDED_MS : LIVE_MS, async signal => {
    const run = await readRun(id, signal)
    const [states, tasks, flows, deployments] = await Promise.all([
      readStates(id, signal),
      readTaskRuns(id, signal),
      flowNames.read([run.flow_id], signal),
      deploymentNames.read([run.deployment_id], signal),
    ])
    setEnded(isTerminal(run.state_type))
    return { run, states, tasks, flow: flows.get(run.flow_id) ?? null, deployment: run.deployment_id ? (deployments.get(run.deployment_id) ?? null) : null }
  })
  const now = useNow(ended ? 10_000 : 500)

  if (!data) return error && error.status !== 0 ? <NoSuchRun error={error.message} /> : <PageTitle title="Run" />
  const { run, states, tasks, flow, deployment } = data
  const elapsed = elapsedSeconds(run, now)
  return (
    <>
      <header className="page-head">
        <div className="crumbs">
          <Link to={paths.runs()}>Runs</Link> <span aria-hidden="true">/</span> {flow ?? '…'}
          {run.deployment_id && (
            <>
              {' '}
              <span aria-hidden="true">/</span> <Link to={paths.deployment(run.deployment_id)}>{deployment ?? 'deleted deployment'}</Link>
            </>
          )}
        </div>
        <div className="title-line">
          <PageTitle title={run.name} />
          <StateChip type={run.state_type} name={run.state_name} />
          {elapsed !== null && <span className="title-figure">{formatDuration(elapsed)}</span>}
          <span className="title-actions">
            {run.state_type === 'PAUSED' && (
              <button type="button" className="primary" onClick={() => setResuming(true)}>
                Resume
              </button>
            )}
            {!isTerminal(run.state_type) && run.state_type !== 'CANCELLING' && (
              <button type="button" className="danger" onClick={() => setCancelling(true)}>
                Cancel run
              </button>
            )}
          </span>
        </div>
      </header>
      <Problem error={error} />
      <StateMessage run={run} />
      <WhyPanel run={run} now={now} />
      <div className="run-layout">
        <div className="run-main">
          <TaskTimeline run={run} tasks={tasks} now={now} />
          <ArtifactPanel runId={run.id} live={!ended} now={now} />
          <LogPanel runId={run.id} runName={run.name} tasks={tasks} live={!ended} />
        </div>
        <aside className="run-side">
          <RunFacts run={run} now={now} />
          <section className="card">
            <h2>Parameters</h2>
            {Object.keys(run.parameters).length === 0 ? (
              <p className="faint">None: the flow’s own defaults.</p>
            ) : (
              <JsonView value={run.parameters} label="the parameters" />
            )}
          </section>
          <StateHistory states={states} now={now} />
        </aside>
      </div>
      {resuming && <ResumeDialog run={run} onClose={() => setResuming(false)} onResumed={refresh} />}
      {cancelling && <CancelDialog run={run} onClose={() => setCancelling(false)} onCancelled={refresh} />}
    </>
  )
}

/** Why a run ended badly, where nobody can overlook it; what it waits for before that is the WhyPanel's. */
function StateMessage({ run }: { run: FlowRun }) {
  const message = run.state?.message
  if (!message) return null
  const bad = run.state_type === 'FAILED' || run.state_type === 'CRASHED'
  if (!bad && isTerminal(run.state_type) && run.state_type !== 'CANCELLED') return null
  if (!isTerminal(run.state_type)) return null
  return (
    <div className={`state-message tone-${(run.state_type ?? 'none').toLowerCase()}`}>
      <h2>{bad ? `Why it ${run.state_type === 'FAILED' ? 'failed' : 'crashed'}` : run.state_name}</h2>
      <pre className={message.includes('\n') ? undefined : 'sentence'}>{message}</pre>
    </div>
  )
}

function NoSuchRun({ error }: { error: string }) {
  return (
    <>
      <PageTitle title="Run" />
      <EmptyState title="This run cannot be shown" command="reeve flow-run ls">
        {error}
      </EmptyState>
    </>
  )
}
