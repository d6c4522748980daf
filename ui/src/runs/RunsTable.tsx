import type { FlowRun } from '../api/types'
import { formatDuration } from '../format/duration'
import { elapsedSeconds, latenessSeconds } from '../format/runTimes'
import { Moment } from '../parts/Moment'
import { StateChip } from '../parts/StateChip'
import { Tags } from '../parts/Tags'
import { useNow } from '../polling/useNow'
import { Link } from '../routing/Link'
import { paths } from '../routing/paths'

interface RunsTableProps {
  runs: FlowRun[]
  /** Names by id; null where all runs are of one deployment. */
  flows: ReadonlyMap<string, string> | null
  deployments: ReadonlyMap<string, string>
  upcoming?: boolean
}

export function RunsTable({ runs, flows, deployments, upcoming = false }: RunsTableProps) {
  const now = useNow()
  return (
    <table className="rows runs">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Run</th>
          {flows && <th scope="col">Flow / deployment</th>}
          <th scope="col">{upcoming ? 'Due' : 'Started'}</th>
          <th scope="col" className="number">
            Duration
          </th>
          <th scope="col" className="number">
            Late by
          </th>
          <th scope="col">Tags</th>
        </tr>
      </thead>
      <tbody>
        {runs.map(run => (
          <RunRow key={run.id} run={run} flows={flows} deployments={deployments} upcoming={upcoming} now={now} />
        ))}
      </tbody>
    </table>
  )
}

function RunRow({ run, flows, deployments, upcoming, now }: Omit<RunsTableProps, 'runs'> & { run: FlowRun; now: number }) {
  const elapsed = elapsedSeconds(run, now)
  const late = latenessSeconds(run, now)
  return (
    <tr>
      <td data-label="State">
        <StateChip type={run.state_type} name={run.state_name} />
      </td>
      <td data-label="Run" className="main-cell">
        <Link to={paths.run(run.id)} className="row-link">
          {run.name}
        </Link>
        {isTrouble(run) && run.state?.message && (
          <span className="cell-note" title={run.state.message}>
            {run.state.message}
          </span>
        )}
      </td>
      {flows && (
        <td data-label="Flow">
          {flows.get(run.flow_id) ?? '…'}
          {run.deployment_id && (
            <>
              <span className="faint"> / </span>
              <Link to={paths.deployment(run.deployment_id)} className="above-row">
                {deployments.get(run.deployment_id) ?? 'deleted deployment'}
              </Link>
            </>
          )}
        </td>
      )}
      <td data-label="Started">
        {run.start_time === null && !upcoming && <span className="faint">due </span>}
        <Moment at={run.start_time ?? run.next_scheduled_start_time ?? run.expected_start_time} now={now} />
      </td>
      <td data-label="Duration" className={elapsed === null ? 'number none' : 'number'}>
        {elapsed === null ? <span className="faint">–</span> : formatDuration(elapsed)}
      </td>
      <td data-label="Late by" className={late === null ? 'number none' : 'number'}>
        {late === null ? <span className="faint">–</span> : <span className="late-text">{formatDuration(late)}</span>}
      </td>
      <td data-label="Tags">
        <Tags tags={run.tags} />
      </td>
    </tr>
  )
}

const isTrouble = (run: FlowRun) => run.state_type === 'FAILED' || run.state_type === 'CRASHED'
