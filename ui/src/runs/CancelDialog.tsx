import { useState } from 'react'
import { ApiError } from '../api/problem'
import { cancelRun } from '../api/runs'
import type { FlowRun } from '../api/types'
import { Dialog } from '../parts/Dialog'

interface CancelDialogProps {
  run: FlowRun
  onClose: () => void
  onCancelled: () => void
}

export function CancelDialog({ run, onClose, onCancelled }: CancelDialogProps) {
  const [refusal, setRefusal] = useState<string | null>(null)
  const [asking, setAsking] = useState(false)

  async function cancel() {
    setAsking(true)
    try {
      const result = await cancelRun(run.id)
      onCancelled()
      const stopping = result.state?.type === 'CANCELLING' || result.state?.type === 'CANCELLED'
      // a run that had not begun is Cancelled at once: formally that is another state than was asked for
      if (result.status === 'ACCEPT' || stopping) onClose()
      else setRefusal(result.details.reason ?? 'The server did not accept it; the run may have ended meanwhile.')
    } catch (fault) {
      if (!(fault instanceof ApiError)) throw fault
      setRefusal(fault.message)
    } finally {
      setAsking(false)
    }
  }

  return (
    <Dialog title={`Cancel ${run.name}?`} onClose={onClose}>
      <p>
        {run.start_time === null
          ? 'It has not started and will not start.'
          : 'Its process is told to stop, and is ended when it does not. What it has done so far stays done.'}
      </p>
      {refusal && (
        <div className="problem" role="alert">
          {refusal}
        </div>
      )}
      <div className="dialog-actions">
        <button type="button" onClick={onClose} autoFocus>
          {run.start_time === null ? 'Keep it' : 'Keep it running'}
        </button>
        <button type="button" className="danger strong" disabled={asking} onClick={cancel}>
          {asking ? 'Cancelling…' : 'Cancel run'}
        </button>
      </div>
    </Dialog>
  )
}
