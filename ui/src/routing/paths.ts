/** The pages' addresses below the base. They are those of the consoles that people have links to. */
export const paths = {
  runs: (query: Record<string, string> = {}) => withQuery('/runs', query),
  run: (id: string) => `/runs/flow-run/${id}`,
  deployments: () => '/deployments',
  deployment: (id: string) => `/deployments/deployment/${id}`,
  pools: () => '/work-pools',
  limits: () => '/concurrency-limits',
  stored: () => '/blocks',
  events: (query: Record<string, string> = {}) => withQuery('/events', query),
}

export type Page =
  | { name: 'runs' }
  | { name: 'run'; id: string }
  | { name: 'task-run'; id: string }
  | { name: 'deployments' }
  | { name: 'deployment'; id: string }
  | { name: 'pools' }
  | { name: 'limits' }
  | { name: 'stored' }
  | { name: 'events' }
  | { name: 'unknown' }

/** Which page an address below the base names. */
export function pageOf(path: string): Page {
  const parts = path.split('/').filter(Boolean).map(decode)
  const [first, second, third] = parts
  if (first === undefined || first === 'dashboard') return { name: 'runs' }
  if (first === 'runs' || first === 'flow-runs') {
    if (second === undefined) return { name: 'runs' }
    if (second === 'task-run' && third !== undefined) return { name: 'task-run', id: third }
    if (second === 'flow-run' && third !== undefined) return { name: 'run', id: third }
  }
  if (first === 'deployments') {
    if (second === undefined) return { name: 'deployments' }
    if (second === 'deployment' && third !== undefined) return { name: 'deployment', id: third }
  }
  if (first === 'work-pools') return { name: 'pools' }
  if (first === 'concurrency-limits') return { name: 'limits' }
  if (first === 'blocks' || first === 'variables') return { name: 'stored' }
  if (first === 'events') return { name: 'events' }
  return { name: 'unknown' }
}

export function withQuery(path: string, query: Record<string, string>): string {
  const filled = Object.entries(query).filter(([, value]) => value !== '')
  return filled.length === 0 ? path : `${path}?${new URLSearchParams(filled)}`
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // not an encoding at all; the page will say that it knows no such thing
  }
}
