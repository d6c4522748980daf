import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import { ApiError } from '../api/problem'
import type { Log, TaskRun } from '../api/types'
import { formatClock, formatExactly } from '../format/time'
import { CopyButton } from '../parts/CopyButton'
import { Problem } from '../parts/Problem'
import { LEVELS, levelName, shortTextOf, textOf } from './logLines'
import { readAllLogs, useLogTail } from './useLogTail'

interface LogPanelProps {
  runId: string
  runName: string
  tasks: TaskRun[]
  live: boolean
}

/** So near to the end, in pixels, counts as being there. */
const AT_END = 24

export function LogPanel({ runId, runName, tasks, live }: LogPanelProps) {
  const [minLevel, setMinLevel] = useState(0)
  const [follow, setFollow] = useState(true)
  const [failure, setFailure] = useState<ApiError | null>(null)
  const { lines, earlier, loadEarlier, error } = useLogTail(runId, minLevel, live)
  const pane = useRef<HTMLDivElement>(null)
  const taskNames = useMemo(() => new Map(tasks.map(task => [task.id, task.name])), [tasks])

  useLayoutEffect(() => {
    const element = pane.current
    if (follow && element) element.scrollTop = element.scrollHeight
  }, [lines, follow])
  useEffect(() => setFailure(null), [minLevel])

  function onScroll() {
    const element = pane.current
    if (element) setFollow(element.scrollHeight - element.scrollTop - element.clientHeight < AT_END)
  }

  async function attempt(work: () => Promise<void>) {
    try {
      await work()
      setFailure(null)
    } catch (fault) {
      if (!(fault instanceof ApiError)) throw fault
      setFailure(fault)
    }
  }

  return (
    <section className="card logs">
      <div className="logs-head">
        <h2>Logs</h2>
        <label>
          <span className="off-screen">Least level</span>
          <select value={minLevel} onChange={event => setMinLevel(Number(event.target.value))}>
            {LEVELS.map(level => (
              <option key={level.least} value={level.least}>
                {level.label}
              </option>
            ))}
          </select>
        </label>
        <label className="check">
          <input type="checkbox" checked={follow} onChange={event => setFollow(event.target.checked)} /> Follow
        </label>
        <span className="title-actions">
          <CopyButton text={() => (lines ?? []).map(shortTextOf).join('\n')} label="Copy the lines shown" />
          <button type="button" className="quiet" onClick={() => attempt(() => download(runId, runName, minLevel))}>
            Download
          </button>
        </span>
      </div>
      <Problem error={error ?? failure} />
      <div ref={pane} className="log-pane" role="log" aria-live="off" aria-label="Log lines" tabIndex={0} onScroll={onScroll}>
        {earlier && (
          <button type="button" className="quiet" onClick={() => attempt(loadEarlier)}>
            Earlier lines
          </button>
        )}
        {lines?.map(line => <LogLine key={line.id} line={line} task={line.task_run_id ? taskNames.get(line.task_run_id) : undefined} />)}
        {lines?.length === 0 && <p className="faint">{noLines(minLevel, live)}</p>}
      </div>
    </section>
  )
}

const noLines = (minLevel: number, live: boolean) =>
  minLevel > 0 ? 'No line of this level.' : live ? 'No line yet. They appear here as they are written.' : 'This run wrote no line.'

function LogLine({ line, task }: { line: Log; task: string | undefined }) {
  const time = Date.parse(line.timestamp)
  const level = levelName(line.level)
  return (
    <div className={`log-line level-${level.toLowerCase()}`}>
      <time dateTime={line.timestamp} title={formatExactly(time)}>
        {formatClock(time)}
      </time>
      <span className="log-level">{level}</span>
      <span className="log-text">
        {task && <span className="log-source">{task}</span>}
        {line.message}
      </span>
    </div>
  )
}

async function download(runId: string, runName: string, minLevel: number) {
  const lines = await readAllLogs(runId, minLevel)
  const address = URL.createObjectURL(new Blob([lines.map(line => textOf(line) + '\n').join('')], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = address
  link.download = `${runName}.log`
  link.click()
  URL.revokeObjectURL(address)
}
