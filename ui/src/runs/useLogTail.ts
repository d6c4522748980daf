import { useRef, useState } from 'react'
import { findLogs, LOG_PAGE } from '../api/runs'
import type { ApiError } from '../api/problem'
import type { Log } from '../api/types'
import { usePoll } from '../polling/usePoll'
import { mergeLines, MOST_LINES } from './logLines'

/** Lines can be stored a little after later ones of another process: so much is asked for again each time. */
const OVERLAP_MS = 5_000
const MOST_PAGES_AT_ONCE = 10

export interface LogTail {
  lines: Log[] | undefined
  /** True when the run has lines older than those here. */
  earlier: boolean
  loadEarlier: () => Promise<void>
  error: ApiError | null
}

/** The newest lines of a run, and those that come. */
export function useLogTail(runId: string, minLevel: number, live: boolean): LogTail {
  const key = `${runId} ${minLevel}`
  const tail = useRef({ key: '', lines: [] as Log[], earlier: false })
  const [, redraw] = useState(0)

  const { data, error } = usePoll(key, live ? 1000 : 5000, async signal => {
    if (tail.current.key !== key) {
      const newest = await findLogs({ runId, minLevel, sort: 'TIMESTAMP_DESC' }, signal)
      tail.current = { key, lines: newest.reverse(), earlier: newest.length === LOG_PAGE }
      return tail.current.lines
    }
    const last = tail.current.lines.at(-1)
    const after = last && new Date(Date.parse(last.timestamp) - OVERLAP_MS).toISOString()
    for (let page = 0; page < MOST_PAGES_AT_ONCE; page++) {
      const found = await findLogs({ runId, minLevel, sort: 'TIMESTAMP_ASC', ...(after && { after }), offset: page * LOG_PAGE }, signal)
      keep(mergeLines(tail.current.lines, found))
      if (found.length < LOG_PAGE) break
    }
    return tail.current.lines
  })

  function keep(lines: Log[]) {
    const surplus = lines.length - MOST_LINES
    tail.current.lines = surplus > 0 ? lines.slice(surplus) : lines
    tail.current.earlier ||= surplus > 0
  }

  async function loadEarlier() {
    const first = tail.current.lines[0]
    if (!first) return
    const found = await findLogs({ runId, minLevel, sort: 'TIMESTAMP_DESC', before: first.timestamp })
    if (tail.current.key !== key) return
    const before = tail.current.lines.length
    tail.current.lines = mergeLines(tail.current.lines, found)
    tail.current.earlier = found.length === LOG_PAGE && tail.current.lines.length > before
    redraw(count => count + 1)
  }

  const current = tail.current.key === key && data !== undefined
  return { lines: current ? tail.current.lines : undefined, earlier: tail.current.earlier, loadEarlier, error }
}

/** Every line of a run, page by page, for the download. */
export async function readAllLogs(runId: string, minLevel: number): Promise<Log[]> {
  const lines: Log[] = []
  for (;;) {
    const page = await findLogs({ runId, minLevel, sort: 'TIMESTAMP_ASC', offset: lines.length })
    lines.push(...page)
    if (page.length < LOG_PAGE) return lines
  }
}
