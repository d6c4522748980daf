import { expect, test } from 'vitest'
import { pageOf, paths } from './paths'

test.each([
  ['/', { name: 'runs' }],
  ['/runs', { name: 'runs' }],
  ['/runs/', { name: 'runs' }],
  ['/runs/flow-run/abc', { name: 'run', id: 'abc' }],
  ['/flow-runs/flow-run/abc', { name: 'run', id: 'abc' }],
  ['/runs/task-run/abc', { name: 'task-run', id: 'abc' }],
  ['/deployments', { name: 'deployments' }],
  ['/deployments/deployment/d%201', { name: 'deployment', id: 'd 1' }],
  ['/work-pools', { name: 'pools' }],
  ['/work-pools/work-pool/local', { name: 'pools' }],
  ['/concurrency-limits', { name: 'limits' }],
  ['/blocks', { name: 'stored' }],
  ['/variables', { name: 'stored' }],
  ['/events/event/2030-01-01/x', { name: 'events' }],
  ['/runs/other', { name: 'unknown' }],
  ['/nothing', { name: 'unknown' }],
  ['/runs/flow-run/%', { name: 'run', id: '%' }],
])('%s is %o', (path, page) => expect(pageOf(path)).toEqual(page))

test('Empty parts of a query are left out', () => {
  expect(paths.runs({ state: 'failed', name: '' })).toBe('/runs?state=failed')
  expect(paths.runs({ name: '' })).toBe('/runs')
})
