import { expect, test } from 'vitest'
import { formatAge, formatClock, formatMoment } from './time'

const NOW = Date.parse('2026-03-01T12:00:00Z')

test.each([
  [-1, 'just now'],
  [1.5, 'just now'],
  [2, '2 s ago'],
  [59, '59 s ago'],
  [200, '3 min ago'],
  [7_300, '2 h ago'],
  [-90, 'in 1 min'],
  [-86_400, 'in 1 d'],
])('%d seconds in the past read "%s"', (seconds, text) => expect(formatAge(NOW - seconds * 1000, NOW)).toBe(text))

test('A moment of today has no date, one of another day has', () => {
  const morning = new Date(2026, 2, 1, 9, 5, 7).getTime()
  expect(formatMoment(morning, new Date(2026, 2, 1, 20).getTime())).toBe('09:05:07')
  expect(formatMoment(morning, new Date(2026, 2, 2, 1).getTime())).toBe('1 Mar, 09:05:07')
})

test('A log line tells milliseconds', () => expect(formatClock(new Date(2026, 2, 1, 9, 5, 7, 42).getTime())).toBe('09:05:07.042'))
