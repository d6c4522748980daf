import { useCallback, useEffect, useRef, useState } from 'react'
import { readConnection } from '../api/connection'
import { ApiError } from '../api/problem'

export interface Polled<T> {
  /** The newest answer; undefined before the first. It stays while the server is away. */
  data: T | undefined
  /** What the server refused with. That it is away is told by the frame instead. */
  error: ApiError | null
  refresh: () => void
}

const RETRY_WHEN_AWAY_MS = 2_000

/**
 * Asks again and again, each time an interval after the last answer, so that a slow server is not asked faster than it answers.
 * Nothing is asked while the page is hidden. A new `key` asks at once; the answer to the old one is dropped.
 */
export function usePoll<T>(key: string, intervalMs: number, load: (signal: AbortSignal) => Promise<T>): Polled<T> {
  const [answer, setAnswer] = useState<{ data: T | undefined; error: ApiError | null }>({ data: undefined, error: null })
  const latest = useRef({ load, intervalMs })
  latest.current = { load, intervalMs }
  const askNow = useRef(() => {})

  useEffect(() => {
    const stop = new AbortController()
    let timer: number | undefined
    let asking = false
    let again = false

    async function ask() {
      window.clearTimeout(timer)
      if (asking) {
        again = true
        return
      }
      asking = true
      try {
        const data = await latest.current.load(stop.signal)
        if (!stop.signal.aborted) setAnswer({ data, error: null })
      } catch (fault) {
        if (stop.signal.aborted) return
        if (!(fault instanceof ApiError)) throw fault
        setAnswer(previous => ({ data: previous.data, error: fault }))
      } finally {
        asking = false
        if (!stop.signal.aborted) schedule()
      }
    }

    function schedule() {
      if (again) {
        again = false
        void ask()
      } else if (!document.hidden) {
        timer = window.setTimeout(ask, readConnection().reachable ? latest.current.intervalMs : RETRY_WHEN_AWAY_MS)
      }
    }

    function onVisibility() {
      window.clearTimeout(timer)
      if (!document.hidden) void ask()
    }

    askNow.current = () => void ask()
    document.addEventListener('visibilitychange', onVisibility)
    void ask()
    return () => {
      stop.abort()
      window.clearTimeout(timer)
      document.removeEventListener('visibilitychange', onVisibility)
    }
  }, [key])

  return { ...answer, refresh: useCallback(() => askNow.current(), []) }
}
