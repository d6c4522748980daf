import type { State } from '../api/types'
import { formatDuration } from '../format/duration'
import { formatClock, formatExactly } from '../format/time'
import { isTerminal } from '../format/runTimes'
import { StateChip } from '../parts/StateChip'

/** Every state that the run was in, oldest first, and for how long. */
export function StateHistory({ states, now }: { states: State[]; now: number }) {
  const ordered = [...states].sort((a, b) => a.timestamp.localeCompare(b.timestamp))
  return (
    <section className="card">
      <h2>State history</h2>
      <ol className="history">
        {ordered.map((state, index) => {
          const entered = Date.parse(state.timestamp)
          const next = ordered[index + 1]
          const last = next === undefined
          const seconds = ((last ? now : Date.parse(next.timestamp)) - entered) / 1000
          return (
            <li key={state.id}>
              <StateChip type={state.type} name={state.name} />
              <span className="history-times">
                {!(last && isTerminal(state.type)) && (
                  <>
                    {last ? 'for ' : ''}
                    {formatDuration(seconds)} <span aria-hidden="true">·</span>{' '}
                  </>
                )}
                <time dateTime={state.timestamp} title={formatExactly(entered)}>
                  {formatClock(entered)}
                </time>
              </span>
              {state.message && <p>{state.message}</p>}
            </li>
          )
        })}
      </ol>
    </section>
  )
}
