import { expect, test } from 'vitest'
import { formatDuration } from './duration'

test.each([
  [0, '0 s'],
  [-3, '0 s'],
  [Number.NaN, '0 s'],
  [0.0002, '1 ms'],
  [0.24, '240 ms'],
  [0.9996, '1.0 s'],
  [4.21, '4.2 s'],
  [9.96, '10 s'],
  [59.4, '59 s'],
  [59.6, '1 min'],
  [200, '3 min 20 s'],
  [3600, '1 h'],
  [3660, '1 h 1 min'],
  [187_200, '2 d 4 h'],
])('%d seconds read "%s"', (seconds, text) => expect(formatDuration(seconds)).toBe(text))
