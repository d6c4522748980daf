import type { Json, JsonObject } from '../api/types'
import type { Field } from './fields'

/** What stands in the inputs, by field; a field that was not touched has no entry. */
export type Entries = Readonly<Record<string, string>>

export interface Reading {
  parameters: JsonObject
  /** What is wrong, by field. */
  faults: Record<string, string>
}

/** What an input shows before it is touched. */
export function shownFor(field: Field): string {
  const value = field.fallback
  if (value === undefined) return ''
  // a value that is not of the field's kind (a reference to a block, for instance) is shown as it is
  if (field.kind === 'json' || field.kind === 'enum') return value === null && field.kind === 'enum' ? '' : JSON.stringify(value, null, field.kind === 'json' ? 2 : 0)
  if (value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** The parameters of the run. A field left alone is left out, so that the deployment's value, or the flow's default, holds. */
export function readEntries(fields: Field[], entries: Entries): Reading {
  const reading: Reading = { parameters: {}, faults: {} }
  for (const field of fields) {
    const text = entries[field.name]
    if (text === undefined) {
      if (field.required && field.fallback === undefined) reading.faults[field.name] = 'A value is needed.'
      continue
    }
    const value = readEntry(field, text)
    if (value instanceof Fault) reading.faults[field.name] = value.message
    else if (value !== undefined) reading.parameters[field.name] = value
  }
  return reading
}

/** The answer to a paused run. A field left alone gives the value that was proposed: nobody fills it in later. */
export function readAnswer(fields: Field[], entries: Entries): Reading {
  const { parameters, faults } = readEntries(fields, entries)
  const proposed = fields.filter(field => entries[field.name] === undefined && field.fallback !== undefined)
  return { parameters: { ...Object.fromEntries(proposed.map(field => [field.name, field.fallback!])), ...parameters }, faults }
}

class Fault {
  readonly message: string

  constructor(message: string) {
    this.message = message
  }
}

/** The value of a text; undefined: nothing is said, the default holds. */
function readEntry(field: Field, text: string): Json | Fault | undefined {
  if (text.trim() === '' && field.kind !== 'string') return emptyValue(field)
  switch (field.kind) {
    case 'string':
      return text === '' && field.nullable ? null : text
    case 'boolean':
      return text === 'true'
    case 'integer':
      return /^\s*[-+]?\d+\s*$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : new Fault('A whole number is needed.')
    case 'number':
      return Number.isFinite(Number(text)) ? Number(text) : new Fault('A number is needed.')
    case 'enum':
    case 'json':
      return parse(text)
  }
}

function emptyValue(field: Field): Json | Fault | undefined {
  if (field.nullable) return null
  return field.required && field.fallback === undefined ? new Fault('A value is needed.') : undefined
}

function parse(text: string): Json | Fault {
  try {
    return JSON.parse(text) as Json
  } catch (fault) {
    return new Fault(`This is not JSON: ${fault instanceof Error ? fault.message : String(fault)}`)
  }
}
