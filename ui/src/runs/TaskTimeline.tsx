import { TASK_RUNS_SHOWN } from '../api/runs'
import type { FlowRun, TaskRun } from '../api/types'
import { formatDuration } from '../format/duration'
import { elapsedSeconds, isTerminal } from '../format/runTimes'
import { StateChip, toneOf } from '../parts/StateChip'
import { placeOn, timeScale, type TimeScale } from './timeScale'

interface TaskTimelineProps {
  run: FlowRun
  tasks: TaskRun[]
  now: number
}

/** The task runs as bars over the time of the flow run. */
export function TaskTimeline({ run, tasks, now }: TaskTimelineProps) {
  const scale = scaleOf(run, tasks, now)
  return (
    <section className="card">
      <h2>
        Task runs <span className="count">{tasks.length < TASK_RUNS_SHOWN ? tasks.length : `the first ${TASK_RUNS_SHOWN}`}</span>
      </h2>
      {tasks.length === 0 || scale === null ? (
        <p className="faint">{isTerminal(run.state_type) ? 'This run called no task.' : 'No task was called yet.'}</p>
      ) : (
        <table className="timeline">
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col">State</th>
              <th scope="col" className="number">
                Duration
              </th>
              <th scope="col" className="lane">
                <span className="off-screen">Over time</span>
                <Axis scale={scale} />
              </th>
            </tr>
          </thead>
          <tbody>
            {tasks.map(task => (
              <TaskRow key={task.id} task={task} scale={scale} now={now} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  )
}

function TaskRow({ task, scale, now }: { task: TaskRun; scale: TimeScale; now: number }) {
  const elapsed = elapsedSeconds(task, now)
  return (
    <tr>
      <th scope="row" title={task.name}>
        {task.name}
        {task.run_count > 1 && <span className="attempts"> ×{task.run_count}</span>}
        {task.state_type === 'FAILED' && task.state?.message && <span className="cell-note">{task.state.message}</span>}
      </th>
      <td>
        <StateChip type={task.state_type} name={task.state_name} />
      </td>
      <td className="number">{elapsed === null ? '–' : formatDuration(elapsed)}</td>
      <td className="lane">
        <Lane task={task} scale={scale} elapsed={elapsed} />
      </td>
    </tr>
  )
}

function Lane({ task, scale, elapsed }: { task: TaskRun; scale: TimeScale; elapsed: number | null }) {
  const start = task.start_time === null ? null : Date.parse(task.start_time)
  const left = start === null ? 0 : placeOn(scale, start)
  const right = start === null ? 0 : placeOn(scale, start + (elapsed ?? 0) * 1000)
  return (
    <svg className="bars" role="presentation">
      {scale.ticks.map(tick => (
        <line key={tick.at} x1={percent(tick.at)} x2={percent(tick.at)} y1="0" y2="100%" className="grid" />
      ))}
      {start !== null && task.state_type !== null && (
        <rect
          x={percent(left)}
          width={percent(Math.max(right - left, 0.004))}
          y="25%"
          height="50%"
          rx="3"
          className={`bar tone-${toneOf(task.state_type, task.state_name)}`}
        />
      )}
    </svg>
  )
}

function Axis({ scale }: { scale: TimeScale }) {
  return (
    <svg className="axis" aria-hidden="true">
      {scale.ticks.map(tick => (
        <text key={tick.at} x={percent(tick.at)} y="70%" textAnchor={tick.at < 0.02 ? 'start' : tick.at > 0.97 ? 'end' : 'middle'}>
          {tick.seconds === 0 ? '0' : formatDuration(tick.seconds).replace('.0', '')}
        </text>
      ))}
    </svg>
  )
}

const percent = (share: number) => `${(share * 100).toFixed(3)}%`

/** From the run's start, or its first task's when that is earlier, to its end. Null while nothing has started. */
function scaleOf(run: FlowRun, tasks: TaskRun[], now: number): TimeScale | null {
  const all = [run, ...tasks]
  const starts = all.flatMap(({ start_time }) => (start_time === null ? [] : [Date.parse(start_time)]))
  if (starts.length === 0) return tasks.length === 0 ? null : timeScale(now, now)
  const ends = all.flatMap(part => (part.start_time === null ? [] : [Date.parse(part.start_time) + (elapsedSeconds(part, now) ?? 0) * 1000]))
  return timeScale(Math.min(...starts), Math.max(...ends))
}
