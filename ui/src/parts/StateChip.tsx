import type { StateType } from '../api/types'

/** A sign for each type beside colour and text, so that no one has to tell colours apart. */
const SIGNS: Record<StateType, string> = {
  SCHEDULED: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM8 5v3.2l2 1.3',
  PENDING: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  RUNNING: 'M5.5 3.5v9l7-4.5Z',
  COMPLETED: 'm3 8.5 3.2 3.2L13 5',
  FAILED: 'm4 4 8 8m0-8-8 8',
  CRASHED: 'M9 2 4 9h4l-1 5 5-7H8Z',
  CANCELLED: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM4.2 4.2l7.6 7.6',
  CANCELLING: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11ZM4.2 4.2l7.6 7.6',
  PAUSED: 'M5.5 4v8m5-8v8',
}

const FILLED: ReadonlySet<StateType> = new Set(['RUNNING', 'CRASHED'])

interface StateChipProps {
  type: StateType | null
  name: string | null
}

export function StateChip({ type, name }: StateChipProps) {
  if (type === null) return <span className="chip tone-none">no state</span>
  return (
    <span className={`chip tone-${toneOf(type, name)}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true" className={FILLED.has(type) ? 'sign filled' : 'sign'}>
        <path d={SIGNS[type]} />
      </svg>
      {name ?? type.toLowerCase()}
    </span>
  )
}

/** The name of the colour; the styles hold the colours. */
export const toneOf = (type: StateType, name: string | null) => (type === 'SCHEDULED' && name === 'Late' ? 'late' : type.toLowerCase())
