import { Component, type ReactNode } from 'react'
import { EmptyState } from '../parts/EmptyState'

/** Keeps the frame when a page cannot be drawn, and says so. React offers this to classes only. */
export class Boundary extends Component<{ children: ReactNode }, { fault: string | null }> {
  override state = { fault: null }

  static getDerivedStateFromError(fault: unknown) {
    return { fault: fault instanceof Error ? fault.message : String(fault) }
  }

  override render() {
    if (this.state.fault === null) return this.props.children
    return (
      <EmptyState title="This page cannot be shown">
        The console met something that it does not understand: {this.state.fault}. Reloading helps when the server was just updated.
      </EmptyState>
    )
  }
}
