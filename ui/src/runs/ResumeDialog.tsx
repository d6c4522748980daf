import { useState, type FormEvent } from 'react'
import { readQuestion, resumeRun } from '../api/inputs'
import { ApiError } from '../api/problem'
import type { FlowRun } from '../api/types'
import { readAnswer, type Entries } from '../parameters/entries'
import { fieldsOf } from '../parameters/fields'
import { ParameterField } from '../parameters/ParameterField'
import { Dialog } from '../parts/Dialog'
import { Problem } from '../parts/Problem'
import { usePoll } from '../polling/usePoll'

/** As long as the dialog is open the question stays the same. */
const QUESTION_MS = 60_000

interface ResumeDialogProps {
  run: FlowRun
  onClose: () => void
  onResumed: () => void
}

/** Lets a paused run go on, with the answer that it waits for. */
export function ResumeDialog({ run, onClose, onResumed }: ResumeDialogProps) {
  const { data: question, error } = usePoll(`${run.id} ${run.state?.id ?? ''} question`, QUESTION_MS, signal => readQuestion(run, signal))
  const [entries, setEntries] = useState<Entries>({})
  const [faults, setFaults] = useState<Record<string, string>>({})
  const [refusal, setRefusal] = useState<string | null>(null)
  const [asking, setAsking] = useState(false)
  const fields = fieldsOf(question?.schema ?? null, {})

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    if (!question) return
    const { parameters, faults: found } = readAnswer(fields, entries)
    setFaults(found)
    setRefusal(null)
    if (Object.keys(found).length > 0) return
    setAsking(true)
    try {
      const result = await resumeRun(run.id, question.schema ? parameters : null)
      onResumed()
      if (result.status === 'ACCEPT') onClose()
      else setRefusal(result.details.reason ?? 'The server did not accept it; the run may have gone on meanwhile.')
    } catch (fault) {
      if (!(fault instanceof ApiError)) throw fault
      setRefusal(fault.message)
    } finally {
      setAsking(false)
    }
  }

  return (
    <Dialog title={`Resume ${run.name}`} onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <div className="dialog-body">
          <Problem error={error} />
          {question?.description && <p className="question">{question.description}</p>}
          {fields.map(field => (
            <ParameterField
              key={field.name}
              field={field}
              entry={entries[field.name]}
              fault={faults[field.name]}
              onChange={text => setEntries(({ [field.name]: _, ...rest }) => (text === undefined ? rest : { ...rest, [field.name]: text }))}
            />
          ))}
          {question && !question.schema && <p className="faint">The run waits for nothing but this.</p>}
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
          <button type="submit" className="primary" disabled={asking || !question}>
            {asking ? 'Resuming…' : 'Resume'}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
