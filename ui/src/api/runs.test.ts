import { expect, test } from 'vitest'
import { runQuery, type RunSearch } from './runs'

const NOW = Date.parse('2026-03-01T12:00:00Z')
const search = (changes: Partial<RunSearch>) => runQuery({ view: 'all', name: '', page: 0, pageSize: 50, ...changes }, NOW)

test('All runs are those that were due, newest first, and one more than the page', () =>
  expect(search({})).toEqual({
    sort: 'EXPECTED_START_TIME_DESC',
    limit: 51,
    offset: 0,
    flow_runs: { expected_start_time: { before_: '2026-03-01T12:00:10.000Z' } },
  }))

test('Upcoming runs are the scheduled ones, the next first', () =>
  expect(search({ view: 'upcoming', page: 2 })).toMatchObject({
    sort: 'NEXT_SCHEDULED_START_TIME_ASC',
    offset: 100,
    flow_runs: { state: { type: { any_: ['SCHEDULED'] } } },
  }))

test('Late is a name of a state, not a type', () => expect(search({ view: 'late' }).flow_runs).toEqual({ state: { name: { any_: ['Late'] } } }))

test('Name, deployment and flow narrow it down', () =>
  expect(search({ view: 'failed', name: 'abc', deploymentId: 'd', flowId: 'f' })).toMatchObject({
    flow_runs: { name: { like_: 'abc' }, deployment_id: { any_: ['d'] }, state: { type: { any_: ['FAILED', 'CRASHED'] } } },
    flows: { id: { any_: ['f'] } },
  }))
