import { useState, type FormEvent } from 'react'
import { runDeployment } from '../api/deployments'
import { ApiError } from '../api/problem'
import type { Deployment } from '../api/types'
import { readEntries, type Entries } from '../parameters/entries'
import { fieldsOf } from '../parameters/fields'
import { ParameterField } from '../parameters/ParameterField'
import { Dialog } from '../parts/Dialog'
import { navigate } from '../routing/location'
import { paths } from '../routing/paths'

interface RunDialogProps {
  deployment: Deployment
  onClose: () => void
}

export function RunDialog({ deployment, onClose }: RunDialogProps) {
  const fields = fieldsOf(deployment.parameter_openapi_schema, deployment.parameters)
  const [entries, setEntries] = useState<Entries>({})
  const [runName, setRunName] = useState('')
  const [faults, setFaults] = useState<Record<string, string>>({})
  const [refusal, setRefusal] = useState<string | null>(null)
  const [asking, setAsking] = useState(false)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = event.currentTarget
    const { parameters, faults: found } = readEntries(fields, entries)
    setFaults(found)
    setRefusal(null)
    if (Object.keys(found).length > 0) return focusFault(form)
    setAsking(true)
    try {
      const run = await runDeployment(deployment.id, { parameters, ...(runName.trim() && { name: runName.trim() }) })
      navigate(paths.run(run.id))
    } catch (fault) {
      if (!(fault instanceof ApiError)) throw fault
      setAsking(false)
      setRefusal(fault.message)
      setFaults(faultsByField(fault, fields.map(field => field.name)))
    }
  }

  return (
    <Dialog title={`Run ${deployment.name}`} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <div className="dialog-body">
          {fields.map(field => (
            <ParameterField
              key={field.name}
              field={field}
              entry={entries[field.name]}
              fault={faults[field.name]}
              onChange={text => setEntries(previous => withEntry(previous, field.name, text))}
            />
          ))}
          {fields.length === 0 && <p className="faint">This flow takes no parameters.</p>}
          <div className="field">
            <label htmlFor="run-name">Name of the run</label>
            <input id="run-name" value={runName} placeholder="chosen by the server" onChange={event => setRunName(event.target.value)} />
          </div>
          {deployment.status === 'NOT_READY' && deployment.work_pool_name && (
            <p className="hint">
              No worker asks work pool {deployment.work_pool_name} for runs just now; the run waits until one does:{' '}
              <code>reeve worker start --pool {deployment.work_pool_name}</code>
            </p>
          )}
        </div>
        {refusal && (
          <div className="problem" role="alert">
            {refusal}
          </div>
        )}
        <div className="dialog-actions">
          <button type="button" onClick={onClose}>
            Close
          </button>
          <button type="submit" className="primary" disabled={asking}>
            {asking ? 'Starting…' : 'Run'}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

function withEntry(entries: Entries, name: string, text: string | undefined): Entries {
  const { [name]: _, ...rest } = entries
  return text === undefined ? rest : { ...rest, [name]: text }
}

/** Faults that name a parameter are shown at its field as well. */
function faultsByField(error: ApiError, names: string[]): Record<string, string> {
  const byField: Record<string, string> = {}
  for (const { where, message } of error.faults) {
    const name = where.find(part => names.includes(part))
    if (name !== undefined) byField[name] = message
  }
  return byField
}

function focusFault(form: HTMLFormElement) {
  // the marks are drawn after this handler
  window.setTimeout(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
}
