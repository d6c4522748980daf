import type { DeploymentSchedule } from '../api/types'
import { scheduleInWords } from '../schedules/words'

export function ScheduleLines({ schedules }: { schedules: DeploymentSchedule[] }) {
  if (schedules.length === 0) return <span className="faint">by hand only</span>
  return (
    <ul className="schedules">
      {schedules.map(({ id, schedule, active }) => {
        const { text, source, timezone } = scheduleInWords(schedule)
        return (
          <li key={id} title={source ?? undefined} className={active ? undefined : 'faint struck'}>
            {text}
            {timezone && <span className="faint"> {timezone}</span>}
            {!active && <span className="off-screen"> (switched off)</span>}
          </li>
        )
      })}
    </ul>
  )
}
