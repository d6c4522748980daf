import { expect, test } from 'vitest'
import { HISTORY_BUCKETS, HISTORY_HOURS, historyQuery } from './history'

test('The bars stand on the half hours and hold the present', () => {
  const now = Date.parse('2030-01-02T10:10:00Z')
  const query = historyQuery(now)
  expect(query).toEqual({ history_start: '2030-01-01T10:30:00.000Z', history_end: '2030-01-02T10:30:00.000Z', history_interval_seconds: 1800 })
  expect(query.history_interval_seconds * HISTORY_BUCKETS).toBe(HISTORY_HOURS * 3600)
})

test('At a border the bar that begins is not yet there', () =>
  expect(historyQuery(Date.parse('2030-01-02T10:30:00Z')).history_end).toBe('2030-01-02T10:30:00.000Z'))
