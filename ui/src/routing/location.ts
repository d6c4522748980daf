import { useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()

/** The path of the document's base without a final slash: "" or "/reeve". */
const basePath = () => new URL(document.baseURI).pathname.replace(/\/$/, '')

export const addressOf = (to: string) => basePath() + to

export function navigate(to: string, how: 'push' | 'replace' = 'push') {
  const address = addressOf(to)
  if (how === 'push') history.pushState(null, '', address)
  else history.replaceState(null, '', address)
  for (const listener of listeners) listener()
}

function watch(listener: () => void) {
  listeners.add(listener)
  window.addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener('popstate', listener)
  }
}

export function usePath(): string {
  const path = useSyncExternalStore(watch, () => location.pathname)
  const base = basePath()
  return path.startsWith(base) ? path.slice(base.length) || '/' : path
}

export function useQuery(): URLSearchParams {
  return new URLSearchParams(useSyncExternalStore(watch, () => location.search))
}
