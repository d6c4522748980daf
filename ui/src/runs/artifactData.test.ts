import { expect, test } from 'vitest'
import { safeLink, tableOf } from './artifactData'

test('A list of objects is a table of all their fields', () =>
  expect(tableOf([{ a: 1 }, { a: 2, b: 'x' }])).toEqual({ columns: ['a', 'b'], rows: [[1, ''], [2, 'x']] }))

test('Columns by name are a table', () => expect(tableOf({ a: [1, 2], b: [3] })).toEqual({ columns: ['a', 'b'], rows: [[1, 3], [2, '']] }))

test('JSON text is read, and rows without names are numbered', () => expect(tableOf('[[1, 2]]')).toEqual({ columns: ['1', '2'], rows: [[1, 2]] }))

test.each([['no json'], [[]], [3], [null], [[1, 2]], [{ a: 1 }]])('%j is no table', data => expect(tableOf(data)).toBeNull())

test('Only web addresses are followed', () => {
  expect(safeLink('https://example.com/a.png')).toBe('https://example.com/a.png')
  expect(safeLink('javascript:alert(1)')).toBeNull()
  expect(safeLink('a.png')).toBeNull()
})
