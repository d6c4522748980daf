/** "READY", "NOT_READY", "PAUSED", "ONLINE", "OFFLINE" as a dot with its word. */
export function StatusDot({ status }: { status: string | null }) {
  const word = (status ?? 'unknown').replaceAll('_', ' ').toLowerCase()
  return <span className={`status status-${word.replaceAll(' ', '-')}`}>{word.charAt(0).toUpperCase() + word.slice(1)}</span>
}
