import { expect, test } from 'vitest'
import type { JsonObject } from '../api/types'
import { readAnswer, readEntries, shownFor } from './entries'
import { fieldsOf } from './fields'

const schema: JsonObject = {
  type: 'object',
  required: ['name'],
  properties: {
    ratio: { type: 'number', position: 3 },
    name: { type: 'string', position: 0, title: 'Name', description: 'Whom to greet' },
    count: { type: 'integer', position: 1, default: 3 },
    loud: { type: 'boolean', position: 2, default: false },
    colour: { allOf: [{ $ref: '#/definitions/Colour' }], position: 4, default: 'red' },
    limit: { anyOf: [{ type: 'integer' }, { type: 'null' }], position: 5, default: null },
    either: { anyOf: [{ type: 'integer' }, { type: 'string' }], position: 6 },
    options: { type: 'object', position: 7, default: { a: 1 } },
    password: { type: 'string', format: 'password', position: 8 },
  },
  definitions: { Colour: { enum: ['red', 'green'], type: 'string' } },
}
const fields = fieldsOf(schema, { count: 7 })
const field = (name: string) => fields.find(each => each.name === name)!

test('Fields stand in the order of the flow and have the kind of their type', () =>
  expect(fields.map(({ name, kind }) => `${name}:${kind}`)).toEqual([
    'name:string',
    'count:integer',
    'loud:boolean',
    'ratio:number',
    'colour:enum',
    'limit:integer',
    'either:json',
    'options:json',
    'password:string',
  ]))

test('A reference to an enumeration gives its choices', () => expect(field('colour').options).toEqual(['red', 'green']))

test('Optional types can be none; passwords are hidden', () => {
  expect(field('limit').nullable).toBe(true)
  expect(field('count').nullable).toBe(false)
  expect(field('password').secret).toBe(true)
})

test("The deployment's own value is shown over the flow's default", () => {
  expect(shownFor(field('count'))).toBe('7')
  expect(shownFor(field('loud'))).toBe('false')
  expect(shownFor(field('colour'))).toBe('"red"')
  expect(shownFor(field('options'))).toBe('{\n  "a": 1\n}')
  expect(shownFor(field('limit'))).toBe('')
})

test('Untouched fields are left to the server, but a needed one is asked for', () =>
  expect(readEntries(fields, {})).toEqual({ parameters: {}, faults: { name: 'A value is needed.' } }))

test('Texts become values of the types that the schema says', () =>
  expect(
    readEntries(fields, {
      name: '42',
      count: ' -5 ',
      loud: 'true',
      ratio: '1.5e3',
      colour: '"green"',
      limit: '',
      either: '"x"',
      options: '[1, {"b": null}]',
    }),
  ).toEqual({
    parameters: { name: '42', count: -5, loud: true, ratio: 1500, colour: 'green', limit: null, either: 'x', options: [1, { b: null }] },
    faults: {},
  }))

test('Every wrong text is told, each at its field', () => {
  const { faults, parameters } = readEntries(fields, { name: '', count: '1.5', ratio: 'much', options: '{a: 1}', limit: '99999999999999999999' })
  expect(parameters).toEqual({ name: '' })
  expect(Object.keys(faults).sort()).toEqual(['count', 'limit', 'options', 'ratio'])
  expect(faults.count).toBe('A whole number is needed.')
  expect(faults.options).toMatch(/not JSON/)
})

test('A cleared number falls back to the default', () => expect(readEntries(fields, { name: 'x', count: '' }).parameters).toEqual({ name: 'x' }))

test('A schema that refers to itself, or to nothing, ends as JSON', () => {
  const odd = fieldsOf({ properties: { a: { $ref: '#/definitions/A' }, b: { $ref: '#/definitions/Missing' } }, definitions: { A: { $ref: '#/definitions/A' } } }, {})
  expect(odd.map(({ kind }) => kind)).toEqual(['json', 'json'])
})

test('No schema makes no fields', () => expect(fieldsOf(null, {})).toEqual([]))

test('An answer to a paused run has what was proposed and not touched', () => {
  const asked = fieldsOf({ type: 'object', required: ['approved'], properties: { approved: { type: 'boolean' }, rows: { type: 'integer', default: 7 }, note: { type: 'string' } } }, {})
  expect(readAnswer(asked, { approved: 'true' })).toEqual({ parameters: { approved: true, rows: 7 }, faults: {} })
  expect(readAnswer(asked, { rows: '8' })).toEqual({ parameters: { rows: 8 }, faults: { approved: 'A value is needed.' } })
})
