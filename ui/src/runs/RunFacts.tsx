import type { ReactNode } from 'react'
import type { FlowRun } from '../api/types'
import { formatDuration } from '../format/duration'
import { isTerminal, latenessSeconds } from '../format/runTimes'
import { CopyButton } from '../parts/CopyButton'
import { Moment } from '../parts/Moment'
import { Tags } from '../parts/Tags'
import { Link } from '../routing/Link'
import { paths } from '../routing/paths'

export function RunFacts({ run, now }: { run: FlowRun; now: number }) {
  const late = latenessSeconds(run, now)
  const worker = run.labels?.['prefect.worker.name']
  return (
    <section className="card">
      <h2>Facts</h2>
      <dl className="facts">
        <Fact name={run.start_time || isTerminal(run.state_type) ? 'Was due' : 'Due'}>
          <Moment at={run.expected_start_time} now={now} as="clock" />
        </Fact>
        <Fact name="Started">
          <Moment at={run.start_time} now={now} as="clock" />
          {late !== null && <span className="late-text"> {formatDuration(late)} late</span>}
        </Fact>
        <Fact name="Ended">
          <Moment at={run.end_time} now={now} as="clock" />
        </Fact>
        {run.run_count > 1 && <Fact name="Attempts">{run.run_count}</Fact>}
        {run.work_pool_name && (
          <Fact name="Work pool">
            <Link to={paths.pools()}>{run.work_pool_name}</Link>
            {run.work_queue_name && <span className="faint"> / {run.work_queue_name}</span>}
          </Fact>
        )}
        {typeof worker === 'string' && <Fact name="Worker">{worker}</Fact>}
        {run.infrastructure_pid && (
          <Fact name="Process">
            <code>{run.infrastructure_pid}</code>
          </Fact>
        )}
        {run.created_by?.display_value && <Fact name="Made by">{run.created_by.display_value}</Fact>}
        {run.tags.length > 0 && (
          <Fact name="Tags">
            <Tags tags={run.tags} all />
          </Fact>
        )}
        <Fact name="Id">
          <code className="id">{run.id}</code> <CopyButton text={run.id} label="Copy the run's id" />
        </Fact>
      </dl>
    </section>
  )
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}
