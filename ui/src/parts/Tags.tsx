const SHOWN = 2

/** The first few tags; the rest as a number that tells them on hover. */
export function Tags({ tags, all = false }: { tags: string[]; all?: boolean }) {
  const shown = all || tags.length <= SHOWN + 1 ? tags : tags.slice(0, SHOWN)
  const rest = tags.slice(shown.length)
  return (
    <span className="tags">
      {shown.map(tag => (
        <span key={tag} className="tag">
          {tag}
        </span>
      ))}
      {rest.length > 0 && (
        <span className="tag" title={rest.join(', ')}>
          +{rest.length}
        </span>
      )}
    </span>
  )
}
