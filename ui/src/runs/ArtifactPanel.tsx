import { ARTIFACTS_SHOWN, readArtifacts, type Artifact } from '../api/artifacts'
import type { Json } from '../api/types'
import { JsonView } from '../parts/Json'
import { Moment } from '../parts/Moment'
import { usePoll } from '../polling/usePoll'
import { safeLink, tableOf } from './artifactData'

/** What the run has left for people. Nothing is drawn when it left nothing. */
export function ArtifactPanel({ runId, live, now }: { runId: string; live: boolean; now: number }) {
  const { data: artifacts } = usePoll(runId, live ? 3000 : 30_000, signal => readArtifacts(runId, signal))
  if (!artifacts || artifacts.length === 0) return null
  return (
    <section className="card">
      <h2>
        Artifacts <span className="count">{artifacts.length < ARTIFACTS_SHOWN ? artifacts.length : `the newest ${ARTIFACTS_SHOWN}`}</span>
      </h2>
      {artifacts.map(artifact => (
        <article key={artifact.id} className="artifact">
          <h3>
            {artifact.key ?? artifact.type ?? 'artifact'} <span className="count">{artifact.key && artifact.type}</span>{' '}
            <span className="faint">
              <Moment at={artifact.created} now={now} />
            </span>
          </h3>
          {artifact.description && <p className="faint">{artifact.description}</p>}
          <Content artifact={artifact} />
        </article>
      ))}
    </section>
  )
}

function Content({ artifact: { type, data, key } }: { artifact: Artifact }) {
  const table = type === 'table' ? tableOf(data) : null
  if (table) return <Table rows={table} />
  if (type === 'progress' && typeof data === 'number')
    return (
      <p>
        <meter min={0} max={100} value={data} aria-hidden="true" /> {data.toFixed(0)} %
      </p>
    )
  const link = type === 'image' && typeof data === 'string' ? safeLink(data) : null
  if (link)
    return (
      <a href={link} rel="noreferrer noopener" target="_blank">
        {link}
      </a>
    )
  // markdown is text that people can read as it is; drawing it would let a run draw on this page
  if (typeof data === 'string') return <pre className="sunk">{data}</pre>
  return <JsonView value={data} label={`the artifact ${key ?? ''}`} />
}

function Table({ rows: { columns, rows } }: { rows: { columns: string[]; rows: Json[][] } }) {
  return (
    <div className="wide">
      <table className="plain">
        <thead>
          <tr>
            {columns.map(column => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells, row) => (
            <tr key={row}>
              {cells.map((cell, index) => (
                <td key={index}>{typeof cell === 'string' ? cell : JSON.stringify(cell)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
