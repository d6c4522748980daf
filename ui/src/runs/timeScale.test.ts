import { expect, test } from 'vitest'
import { placeOn, timeScale } from './timeScale'

test('Marks are round and few, from the start on', () => {
  const scale = timeScale(1_000, 13_400)
  expect(scale.ticks.map(tick => tick.seconds)).toEqual([0, 2, 4, 6, 8, 10, 12])
  expect(scale.ticks[1]!.at).toBeCloseTo(2 / 12.4)
})

test.each([10, 250, 4_000, 90_000, 7_200_000, 90_000_000_000])('A run of %d ms has two to eight marks within the axis', length => {
  const { ticks } = timeScale(0, length)
  expect(ticks.length).toBeGreaterThan(1)
  expect(ticks.length).toBeLessThanOrEqual(8)
  expect(ticks.every(({ at }) => at >= 0 && at <= 1)).toBe(true)
})

test('A run of no length still has an axis', () => expect(timeScale(5, 5).to).toBeGreaterThan(5))

test('What is outside lies at the edge', () => {
  const scale = timeScale(0, 1000)
  expect([placeOn(scale, -5), placeOn(scale, 500), placeOn(scale, 5000)]).toEqual([0, 0.5, 1])
})
