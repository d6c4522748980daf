import { useEffect, useRef, type ReactNode } from 'react'

interface PageTitleProps {
  /** What stands in the browser's tab. */
  title: string
  children?: ReactNode
}

/** A page's heading. It takes the focus when the page opens, so that screen readers and the tab key start there. */
export function PageTitle({ title, children }: PageTitleProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (document.activeElement === document.body || document.activeElement?.tagName === 'A') heading.current?.focus({ preventScroll: true })
  }, [])
  useEffect(() => {
    document.title = `${title} · Reeve`
  }, [title])
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children ?? title}
    </h1>
  )
}
