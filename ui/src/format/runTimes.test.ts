import { expect, test } from 'vitest'
import type { RunTimes, StateType } from '../api/types'
import { elapsedSeconds, latenessSeconds } from './runTimes'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString()

const run = (state_type: StateType, times: Partial<RunTimes>) => ({
  expected_start_time: null,
  next_scheduled_start_time: null,
  start_time: null,
  end_time: null,
  total_run_time: 0,
  state_type,
  ...times,
})

test('A running run lasts until now', () => expect(elapsedSeconds(run('RUNNING', { start_time: at(-30) }), NOW)).toBe(30))

test('An ended run lasts until its end', () =>
  expect(elapsedSeconds(run('COMPLETED', { start_time: at(-30), end_time: at(-10) }), NOW)).toBe(20))

test('An ended run without an end lasts its total run time, not until now', () =>
  expect(elapsedSeconds(run('CRASHED', { start_time: at(-300), total_run_time: 12 }), NOW)).toBe(12))

test('A run that has not started has no duration', () => expect(elapsedSeconds(run('PENDING', {}), NOW)).toBeNull())

test('A run that waits past its time is late until now', () =>
  expect(latenessSeconds(run('SCHEDULED', { expected_start_time: at(-60) }), NOW)).toBe(60))

test('A run that started late stays as late as it was', () =>
  expect(latenessSeconds(run('COMPLETED', { expected_start_time: at(-60), start_time: at(-50) }), NOW)).toBe(10))

test('A start within a few seconds is on time', () =>
  expect(latenessSeconds(run('RUNNING', { expected_start_time: at(-60), start_time: at(-56) }), NOW)).toBeNull())

test('A run that was cancelled before it started is not late', () =>
  expect(latenessSeconds(run('CANCELLED', { expected_start_time: at(-60) }), NOW)).toBeNull())
