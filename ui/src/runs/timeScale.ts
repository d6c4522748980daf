export interface TimeScale {
  from: number
  to: number
  ticks: { at: number; seconds: number }[]
}

const STEPS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400]
const MOST_TICKS = 7

/** An axis over these milliseconds, with round marks counted from its start. `at` is a share from 0 to 1. */
export function timeScale(from: number, to: number): TimeScale {
  const end = Math.max(to, from + 10)
  const seconds = (end - from) / 1000
  const step = STEPS.find(size => seconds / size <= MOST_TICKS) ?? Math.ceil(seconds / MOST_TICKS / 86_400) * 86_400
  const ticks = []
  for (let mark = 0; mark * step <= seconds; mark++) ticks.push({ at: (mark * step) / seconds, seconds: Number((mark * step).toFixed(3)) })
  return { from, to: end, ticks }
}

/** Where a moment lies on the axis, from 0 to 1; what is outside is drawn at the edge. */
export const placeOn = (scale: TimeScale, time: number) => Math.min(1, Math.max(0, (time - scale.from) / (scale.to - scale.from)))
