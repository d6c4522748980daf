import { expect, test } from 'vitest'
import { problemOf } from './problem'

test('A detail is the message', () => expect(problemOf(409, { detail: 'Parameter count: 3 is too much.' }).message).toBe('Parameter count: 3 is too much.'))

test('Every listed fault is told with its place', () => {
  const problem = problemOf(422, {
    exception_message: 'Invalid request received.',
    exception_detail: [
      { loc: ['body', 'parameters', 'count'], msg: 'not an integer', type: 'type_error' },
      { loc: [], msg: 'too long', type: 'value_error' },
    ],
  })
  expect(problem.message).toBe('parameters.count: not an integer; too long')
  expect(problem.faults[0]).toEqual({ where: ['parameters', 'count'], message: 'not an integer' })
})

test('The message stands in where nothing else is told', () => {
  expect(problemOf(500, { exception_message: 'Internal Server Error' }).message).toBe('Internal Server Error')
  expect(problemOf(503, null).message).toBe('The server answered 503.')
})
