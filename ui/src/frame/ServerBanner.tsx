import { useSyncExternalStore } from 'react'
import { readConnection, watchConnection } from '../api/connection'

/** Says that the server is away, for as long as it is. The pages keep asking, so it goes by itself. */
export function ServerBanner() {
  const { reachable, reason } = useSyncExternalStore(watchConnection, readConnection)
  return (
    <div role="status" className="banner-place">
      {!reachable && (
        <div className="banner">
          <strong>No answer from the server</strong> – {reason}. What you see may be old; trying again every two seconds. Is it running?{' '}
          <code>reeve server status</code>
        </div>
      )}
    </div>
  )
}
