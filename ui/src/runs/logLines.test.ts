import { expect, test } from 'vitest'
import type { Log } from '../api/types'
import { mergeLines, textOf } from './logLines'

const line = (id: string, second: number): Log => ({
  id,
  name: 'prefect.flow_runs',
  level: 20,
  message: id,
  timestamp: `2026-03-01T12:00:${String(second).padStart(2, '0')}.000000Z`,
  task_run_id: null,
})
const ids = (lines: Log[]) => lines.map(each => each.id).join('')

test('Lines asked for twice stand once', () => expect(ids(mergeLines([line('a', 1), line('b', 2)], [line('b', 2), line('c', 3)]))).toBe('abc'))

test('A line that arrives late takes its place in time', () => expect(ids(mergeLines([line('a', 1), line('c', 3)], [line('b', 2)]))).toBe('abc'))

test('A page of older lines, newest first, goes before', () => expect(ids(mergeLines([line('c', 3)], [line('b', 2), line('a', 1)]))).toBe('abc'))

test('Lines of the same time keep the order of their arrival', () => expect(ids(mergeLines([line('x', 1)], [line('a', 1), line('m', 1)]))).toBe('xam'))

test('Nothing new keeps the very same list, so that nothing is drawn again', () => {
  const kept = [line('a', 1)]
  expect(mergeLines(kept, [line('a', 1)])).toBe(kept)
})

test('A downloaded line tells time, level, logger and message', () =>
  expect(textOf(line('hello', 1))).toBe('2026-03-01T12:00:01.000000Z | INFO     | prefect.flow_runs - hello'))
