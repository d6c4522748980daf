import type { ReactNode } from 'react'
import { CopyButton } from './CopyButton'

interface EmptyStateProps {
  title: string
  children?: ReactNode
  /** What to type to change it. */
  command?: string
}

export function EmptyState({ title, children, command }: EmptyStateProps) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {command && <Command text={command} />}
    </div>
  )
}

export function Command({ text }: { text: string }) {
  return (
    <div className="command">
      <code>{text}</code>
      <CopyButton text={text} label={`Copy the command: ${text}`} />
    </div>
  )
}
