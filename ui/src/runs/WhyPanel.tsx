import { explainRun, type Reason, type ReasonHolder } from '../api/why'
import type { FlowRun } from '../api/types'
import { isTerminal } from '../format/runTimes'
import { Command } from '../parts/EmptyState'
import { Moment } from '../parts/Moment'
import { toneOf } from '../parts/StateChip'
import { usePoll } from '../polling/usePoll'
import { Link } from '../routing/Link'
import { paths } from '../routing/paths'

/** What there is nothing to say about: the run does what it should. */
const CALM = new Set(['running', 'ended', 'failed', 'crashed'])

/** Why a run that has not ended does not run: what it waits for, who has it, what to do. */
export function WhyPanel({ run, now }: { run: FlowRun; now: number }) {
  const over = isTerminal(run.state_type)
  const { data } = usePoll(`${run.id} ${run.state?.id ?? ''}`, 3000, async signal => (over ? null : await explainRun(run.id, signal)))
  const reasons = (data?.reasons ?? []).filter(reason => !CALM.has(reason.code))
  if (over || reasons.length === 0 || run.state_type === null) return null
  return (
    <section className={`state-message tone-${toneOf(run.state_type, run.state_name)}`} aria-label="Why this run does not go on">
      <h2>{titleOf(run)}</h2>
      <ul className="reasons">
        {reasons.map(reason => (
          <ReasonItem key={reason.code + reason.message} reason={reason} now={now} />
        ))}
      </ul>
    </section>
  )
}

function titleOf(run: FlowRun) {
  if (run.state_type === 'RUNNING') return 'It is running, but'
  return run.state_type === 'CANCELLING' ? 'Why it has not ended' : 'Why it does not run'
}

function ReasonItem({ reason, now }: { reason: Reason; now: number }) {
  return (
    <li>
      {reason.message}
      {reason.holders.length > 0 && (
        <ul className="holders">
          {reason.holders.map((holder, index) => (
            <li key={holder.id ?? index}>
              <Holder holder={holder} now={now} />
            </li>
          ))}
        </ul>
      )}
      {reason.hint && (isCommand(reason.hint) ? <Command text={reason.hint} /> : <span className="hint"> {reason.hint}</span>)}
    </li>
  )
}

const isCommand = (hint: string) => hint.startsWith('reeve ')

function Holder({ holder, now }: { holder: ReasonHolder; now: number }) {
  const name = holder.name ?? holder.id ?? 'somebody without a name'
  return (
    <>
      {holder.type === 'flow_run' && holder.id ? <Link to={paths.run(holder.id)}>{name}</Link> : `${holder.type.replaceAll('_', ' ')} ${name}`}
      {holder.since && (
        <span className="faint">
          {' '}
          <Moment at={holder.since} now={now} />
        </span>
      )}
    </>
  )
}
