/** Whether the server answers, and what its clock says. Every call reports here; the frame shows it. */

export interface Connection {
  reachable: boolean
  /** Why not, for people. */
  reason: string
}

let connection: Connection = { reachable: true, reason: '' }
let skew = 0
const listeners = new Set<() => void>()

export const readConnection = () => connection

export function watchConnection(listener: () => void) {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

export function reportAnswer(dateHeader: string | null) {
  if (dateHeader) {
    const offset = Date.parse(dateHeader) - Date.now()
    // the header counts whole seconds, and the answer was on its way: less than this is no difference
    skew = Math.abs(offset) > 2500 ? offset : 0
  }
  change({ reachable: true, reason: '' })
}

export const reportSilence = (reason: string) => change({ reachable: false, reason })

/** The present by the server's clock, so that ages and durations are right on a machine whose clock is not. */
export const serverNow = () => Date.now() + skew

function change(next: Connection) {
  if (next.reachable === connection.reachable && next.reason === connection.reason) return
  connection = next
  for (const listener of listeners) listener()
}
