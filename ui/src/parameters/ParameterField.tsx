import { useId } from 'react'
import { shownFor } from './entries'
import type { Field } from './fields'

interface ParameterFieldProps {
  field: Field
  /** What was typed; undefined while the field is left alone. */
  entry: string | undefined
  fault: string | undefined
  onChange: (text: string | undefined) => void
}

export function ParameterField({ field, entry, fault, onChange }: ParameterFieldProps) {
  const id = useId()
  const described = [field.description && `${id}-about`, fault && `${id}-fault`].filter(Boolean).join(' ')
  const input = {
    id,
    value: entry ?? shownFor(field),
    'aria-invalid': fault !== undefined,
    'aria-describedby': described || undefined,
    'aria-required': field.required && field.fallback === undefined,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  }
  return (
    <div className="field">
      <div className="field-head">
        <label htmlFor={id}>{field.title}</label>
        <span className="faint">
          {kindWords(field)}
          {field.required && field.fallback === undefined && ', needed'}
        </span>
        {entry !== undefined && (
          <button type="button" className="quiet" onClick={() => onChange(undefined)} aria-label={`Undo the change of ${field.title}`}>
            Undo
          </button>
        )}
      </div>
      <Input field={field} input={input} />
      {field.description && (
        <p id={`${id}-about`} className="hint">
          {field.description}
        </p>
      )}
      {fault && (
        <p id={`${id}-fault`} className="field-fault">
          {fault}
        </p>
      )}
    </div>
  )
}

interface InputProps {
  field: Field
  input: { id: string; value: string; onChange: (event: { target: { value: string } }) => void }
}

function Input({ field, input }: InputProps) {
  switch (field.kind) {
    case 'boolean':
    case 'enum':
      return <Choice field={field} input={input} />
    case 'json':
      return <textarea rows={Math.min(10, Math.max(3, input.value.split('\n').length))} spellCheck={false} {...input} />
    case 'integer':
      return <input inputMode="numeric" autoComplete="off" {...input} />
    case 'number':
      return <input inputMode="decimal" autoComplete="off" {...input} />
    case 'string':
      return field.secret ? <input type="password" autoComplete="off" {...input} /> : <input autoComplete="off" {...input} />
  }
}

function Choice({ field, input }: InputProps) {
  const options = field.kind === 'boolean' ? [true, false] : field.options
  const canBeEmpty = field.nullable || field.fallback === undefined
  return (
    <select {...input}>
      {canBeEmpty && <option value="">{field.nullable ? 'none' : 'choose…'}</option>}
      {options.map(option => (
        <option key={JSON.stringify(option)} value={JSON.stringify(option)}>
          {typeof option === 'string' ? option : JSON.stringify(option)}
        </option>
      ))}
    </select>
  )
}

function kindWords(field: Field): string {
  const kind = { string: 'text', integer: 'whole number', number: 'number', boolean: 'true or false', enum: 'choice', json: 'JSON' }[field.kind]
  return field.nullable ? `${kind} or none` : kind
}
