import type { Json } from '../api/types'
import { CopyButton } from './CopyButton'

export function JsonView({ value, label }: { value: Json; label: string }) {
  const text = JSON.stringify(value, null, 2)
  return (
    <div className="json">
      <CopyButton text={text} label={`Copy ${label}`} />
      <pre tabIndex={0} aria-label={label}>
        {text}
      </pre>
    </div>
  )
}
