import type { Json } from './types'

export interface Fault {
  /** The path to the wrong value without "body": ["parameters", "count"]. */
  where: string[]
  message: string
}

/** An answer of the server that is not a success. */
export class ApiError extends Error {
  readonly status: number
  readonly faults: Fault[]

  constructor(status: number, message: string, faults: Fault[] = []) {
    super(message)
    this.status = status
    this.faults = faults
  }
}

/** Reads the error bodies of the wire: `{detail}`, or `{exception_message, exception_detail: [{loc, msg}]}`. */
export function problemOf(status: number, body: Json): ApiError {
  const fields = body !== null && typeof body === 'object' && !Array.isArray(body) ? body : {}
  const details = Array.isArray(fields.exception_detail) ? fields.exception_detail : Array.isArray(fields.detail) ? fields.detail : []
  const faults = details.flatMap(faultOf)
  if (typeof fields.detail === 'string') return new ApiError(status, fields.detail, faults)
  if (faults.length > 0) {
    const told = faults.map(fault => (fault.where.length > 0 ? `${fault.where.join('.')}: ${fault.message}` : fault.message))
    return new ApiError(status, told.join('; '), faults)
  }
  const message = typeof fields.exception_message === 'string' ? fields.exception_message : ''
  return new ApiError(status, message || `The server answered ${status}.`)
}

function faultOf(detail: Json): Fault[] {
  if (detail === null || typeof detail !== 'object' || Array.isArray(detail) || typeof detail.msg !== 'string') return []
  const loc = Array.isArray(detail.loc) ? detail.loc.map(String) : []
  return [{ where: loc[0] === 'body' ? loc.slice(1) : loc, message: detail.msg }]
}
