import { call } from './call'
import type { Json } from './types'

export interface Block {
  id: string
  name: string | null
  updated: string
  block_type_name: string | null
  block_type: { slug: string; name: string } | null
}

export interface Variable {
  id: string
  name: string
  value: Json
  updated: string
  tags: string[]
}

export interface Limit {
  id: string
  name: string
  active: boolean
  limit: number
  active_slots: number
  slot_decay_per_second: number
}

export interface Happening {
  id: string
  occurred: string
  event: string
  resource: Record<string, string>
}

export const STORED_SHOWN = 200

/** Blocks by name and type; their values stay on the server. */
export const findBlocks = (signal: AbortSignal) => call<Block[]>('POST', 'block_documents/filter', { limit: STORED_SHOWN, include_secrets: false }, signal)

export const findVariables = (signal: AbortSignal) => call<Variable[]>('POST', 'variables/filter', { limit: STORED_SHOWN, sort: 'NAME_ASC' }, signal)

/** All limits by name; those of tags are called "tag:…". */
export const findLimits = (signal: AbortSignal) => call<Limit[]>('POST', 'v2/concurrency_limits/filter', { limit: STORED_SHOWN }, signal)

export const EVENTS_SHOWN = 50

export interface HappeningPage {
  events: Happening[]
  total: number
}

/** The newest events whose name begins so. */
export const findEvents = (prefix: string, signal: AbortSignal) =>
  call<HappeningPage>('POST', 'events/filter', { limit: EVENTS_SHOWN, filter: { order: 'DESC', ...(prefix && { event: { prefix: [prefix] } }) } }, signal)
