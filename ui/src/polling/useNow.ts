import { useEffect, useState } from 'react'
import { serverNow } from '../api/connection'

/** The server's present, told anew every so many milliseconds while `ticking`. */
export function useNow(everyMs = 1000, ticking = true): number {
  const [now, setNow] = useState(serverNow)
  useEffect(() => {
    if (!ticking) return
    const timer = window.setInterval(() => {
      if (!document.hidden) setNow(serverNow())
    }, everyMs)
    return () => window.clearInterval(timer)
  }, [everyMs, ticking])
  return now
}
