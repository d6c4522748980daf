import type { ApiError } from '../api/problem'

/** What the server refused with. That it is away is told by the banner, not here. */
export function Problem({ error }: { error: ApiError | null }) {
  if (error === null || error.status === 0) return null
  return (
    <div className="problem" role="alert">
      {error.message}
    </div>
  )
}
