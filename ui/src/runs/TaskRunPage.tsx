import { useEffect } from 'react'
import { readTaskRun } from '../api/runs'
import { EmptyState } from '../parts/EmptyState'
import { PageTitle } from '../parts/PageTitle'
import { usePoll } from '../polling/usePoll'
import { navigate } from '../routing/location'
import { paths } from '../routing/paths'

const ONCE_MS = 60_000

/** A link to a task run leads to the flow run that it belongs to. */
export function TaskRunPage({ id }: { id: string }) {
  const { data, error } = usePoll(id, ONCE_MS, signal => readTaskRun(id, signal))
  const flowRun = data?.flow_run_id
  useEffect(() => {
    if (flowRun) navigate(paths.run(flowRun), 'replace')
  }, [flowRun])
  if (!error && (!data || flowRun)) return <PageTitle title="Task run" />
  return (
    <>
      <PageTitle title={data?.name ?? 'Task run'} />
      <EmptyState title={data ? 'This task run belongs to no flow run' : 'This task run cannot be shown'}>
        {data ? `It is ${data.state_name ?? 'without a state'}.` : error?.message}
      </EmptyState>
    </>
  )
}
