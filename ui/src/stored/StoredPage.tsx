import { findBlocks, findVariables, STORED_SHOWN, type Block, type Variable } from '../api/stored'
import { EmptyState } from '../parts/EmptyState'
import { Moment } from '../parts/Moment'
import { PageTitle } from '../parts/PageTitle'
import { Problem } from '../parts/Problem'
import { Tags } from '../parts/Tags'
import { useNow } from '../polling/useNow'
import { usePoll } from '../polling/usePoll'

/** Blocks and variables. What blocks hold is not shown: that they are there is what people look for here. */
export function StoredPage() {
  const now = useNow(10_000)
  const { data, error } = usePoll('stored', 5000, async signal => {
    const [blocks, variables] = await Promise.all([findBlocks(signal), findVariables(signal)])
    return { blocks, variables }
  })
  return (
    <>
      <header className="page-head">
        <PageTitle title="Blocks and variables" />
      </header>
      <Problem error={error} />
      {data && (
        <>
          <h2 className="part-head">
            Blocks <span className="count">{countOf(data.blocks)}</span>
          </h2>
          <Blocks blocks={data.blocks} now={now} />
          <h2 className="part-head">
            Variables <span className="count">{countOf(data.variables)}</span>
          </h2>
          <Variables variables={data.variables} now={now} />
        </>
      )}
    </>
  )
}

const countOf = (list: unknown[]) => (list.length < STORED_SHOWN ? list.length : `the first ${STORED_SHOWN}`)

function Blocks({ blocks, now }: { blocks: Block[]; now: number }) {
  if (blocks.length === 0)
    return (
      <EmptyState title="No blocks yet" command="reeve block create secret --name my-token">
        Blocks keep secrets and configuration for flows and steps, encrypted. The value is asked for:
      </EmptyState>
    )
  return (
    <table className="rows">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Kind</th>
          <th scope="col">In prefect.yaml</th>
          <th scope="col">Changed</th>
        </tr>
      </thead>
      <tbody>
        {blocks.map(block => (
          <tr key={block.id}>
            <td data-label="Name" className="main-cell">
              <strong>{block.name}</strong>
            </td>
            <td data-label="Kind">{block.block_type?.name ?? block.block_type_name}</td>
            <td data-label="In prefect.yaml">
              <code>{`{{ prefect.blocks.${block.block_type?.slug ?? '…'}.${block.name} }}`}</code>
            </td>
            <td data-label="Changed">
              <Moment at={block.updated} now={now} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Variables({ variables, now }: { variables: Variable[]; now: number }) {
  if (variables.length === 0)
    return (
      <EmptyState title="No variables yet" command="reeve variable set NAME VALUE">
        Variables keep plain values for flows and project files.
      </EmptyState>
    )
  return (
    <table className="rows">
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">Value</th>
          <th scope="col">Tags</th>
          <th scope="col">Changed</th>
        </tr>
      </thead>
      <tbody>
        {variables.map(variable => (
          <tr key={variable.id}>
            <td data-label="Name">
              <strong>{variable.name}</strong>
            </td>
            <td data-label="Value" className="main-cell">
              <code>{typeof variable.value === 'string' ? variable.value : JSON.stringify(variable.value)}</code>
            </td>
            <td data-label="Tags">
              <Tags tags={variable.tags} />
            </td>
            <td data-label="Changed">
              <Moment at={variable.updated} now={now} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
