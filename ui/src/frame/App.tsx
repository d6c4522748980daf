import { DeploymentPage } from '../deployments/DeploymentPage'
import { DeploymentsPage } from '../deployments/DeploymentsPage'
import { EventsPage } from '../events/EventsPage'
import { LimitsPage } from '../limits/LimitsPage'
import { EmptyState } from '../parts/EmptyState'
import { PageTitle } from '../parts/PageTitle'
import { PoolsPage } from '../pools/PoolsPage'
import { usePath } from '../routing/location'
import { pageOf, type Page } from '../routing/paths'
import { RunPage } from '../runs/RunPage'
import { RunsPage } from '../runs/RunsPage'
import { TaskRunPage } from '../runs/TaskRunPage'
import { StoredPage } from '../stored/StoredPage'
import { Boundary } from './Boundary'
import { Frame } from './Frame'

export function App() {
  const page = pageOf(usePath())
  return (
    <Frame section={sectionOf(page)}>
      <Boundary key={JSON.stringify(page)}>{contentOf(page)}</Boundary>
    </Frame>
  )
}

function contentOf(page: Page) {
  switch (page.name) {
    case 'runs':
      return <RunsPage />
    case 'run':
      return <RunPage key={page.id} id={page.id} />
    case 'task-run':
      return <TaskRunPage key={page.id} id={page.id} />
    case 'deployments':
      return <DeploymentsPage />
    case 'deployment':
      return <DeploymentPage key={page.id} id={page.id} />
    case 'pools':
      return <PoolsPage />
    case 'limits':
      return <LimitsPage />
    case 'stored':
      return <StoredPage />
    case 'events':
      return <EventsPage />
    case 'unknown':
      return <UnknownPage />
  }
}

function sectionOf(page: Page) {
  switch (page.name) {
    case 'runs':
    case 'run':
    case 'task-run':
      return 'runs'
    case 'deployments':
    case 'deployment':
      return 'deployments'
    case 'pools':
    case 'limits':
    case 'stored':
    case 'events':
      return page.name
    case 'unknown':
      return null
  }
}

function UnknownPage() {
  return (
    <>
      <PageTitle title="No such page" />
      <EmptyState title="This console has no page at this address">The sections on the left lead on.</EmptyState>
    </>
  )
}
