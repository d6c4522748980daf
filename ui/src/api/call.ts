import { reportAnswer, reportSilence } from './connection'
import { ApiError, problemOf } from './problem'
import type { Json } from './types'

const LONGEST_WAIT_MS = 15_000

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** One request to the API, whose address is relative to where the console is mounted. */
export async function call<T>(method: Method, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const limit = AbortSignal.timeout(LONGEST_WAIT_MS)
  let response: Response
  try {
    response = await fetch(new URL(`api/${path}`, document.baseURI), {
      method,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
      headers: body === undefined ? { Accept: 'application/json' } : { Accept: 'application/json', 'Content-Type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    })
  } catch (fault) {
    if (signal?.aborted) throw fault
    const reason = limit.aborted ? 'it did not answer in time' : 'it cannot be reached'
    reportSilence(reason)
    throw new ApiError(0, `The server does not answer: ${reason}.`)
  }
  // a proxy in front answers these when the server behind it is away
  if (response.status === 502 || response.status === 504) reportSilence(`a gateway answered ${response.status}`)
  else reportAnswer(response.headers.get('date'))

  const text = await response.text()
  const parsed = parse(text)
  if (!response.ok) throw problemOf(response.status, parsed)
  return parsed as T
}

function parse(text: string): Json {
  if (text === '') return null
  try {
    return JSON.parse(text) as Json
  } catch {
    return null // an error page of something in between; the status says enough
  }
}
