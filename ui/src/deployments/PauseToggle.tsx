import { useState } from 'react'
import { pauseDeployment } from '../api/deployments'
import { ApiError } from '../api/problem'
import type { Deployment } from '../api/types'

interface PauseToggleProps {
  deployment: Deployment
  onChanged: () => void
}

/** Whether the deployment's schedules make runs. Runs by hand are always possible. */
export function PauseToggle({ deployment, onChanged }: PauseToggleProps) {
  const [wanted, setWanted] = useState<boolean | null>(null)
  const [refusal, setRefusal] = useState<string | null>(null)
  const paused = wanted ?? deployment.paused
  // what was asked for is shown until the server tells the same
  if (wanted !== null && wanted === deployment.paused) setWanted(null)

  async function toggle() {
    setWanted(!paused)
    setRefusal(null)
    try {
      await pauseDeployment(deployment.id, !paused)
      onChanged()
    } catch (fault) {
      if (!(fault instanceof ApiError)) throw fault
      setWanted(null)
      setRefusal(fault.message)
    }
  }

  return (
    <span className="above-row">
      <button
        type="button"
        role="switch"
        className="switch"
        aria-checked={!paused}
        aria-label={`Schedules of ${deployment.name}`}
        title={paused ? 'Paused: no schedule makes runs' : 'Schedules make runs'}
        onClick={toggle}
      >
        <span aria-hidden="true" />
      </button>
      {refusal && (
        <span role="alert" className="field-fault">
          {refusal}
        </span>
      )}
    </span>
  )
}
