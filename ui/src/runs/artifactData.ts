import type { Json } from '../api/types'

const MOST_ROWS = 200

export interface Rows {
  columns: string[]
  rows: Json[][]
}

/** A table's data: a list of objects, a list of lists, or columns by name; as a value or as JSON text. Null for anything else. */
export function tableOf(data: Json): Rows | null {
  if (typeof data === 'string') {
    try {
      return tableOf(JSON.parse(data) as Json)
    } catch {
      return null
    }
  }
  if (Array.isArray(data)) {
    if (data.length === 0) return null
    const rows = data.slice(0, MOST_ROWS)
    if (rows.every(row => Array.isArray(row))) {
      const width = Math.max(...rows.map(row => row.length))
      return { columns: Array.from({ length: width }, (_, index) => String(index + 1)), rows }
    }
    if (!rows.every(isObject)) return null
    const columns = [...new Set(rows.flatMap(row => Object.keys(row)))]
    return { columns, rows: rows.map(row => columns.map(column => row[column] ?? '')) }
  }
  if (!isObject(data)) return null
  const columns = Object.entries(data).filter((entry): entry is [string, Json[]] => Array.isArray(entry[1]))
  if (columns.length === 0) return null
  const height = Math.min(MOST_ROWS, Math.max(...columns.map(([, cells]) => cells.length)))
  return { columns: columns.map(([name]) => name), rows: Array.from({ length: height }, (_, row) => columns.map(([, cells]) => cells[row] ?? '')) }
}

/** The address, when it is one that a browser may follow without running anything. */
export function safeLink(text: string): string | null {
  try {
    const { protocol, href } = new URL(text)
    return protocol === 'https:' || protocol === 'http:' ? href : null
  } catch {
    return null
  }
}

const isObject = (value: Json): value is { [key: string]: Json } => typeof value === 'object' && value !== null && !Array.isArray(value)
