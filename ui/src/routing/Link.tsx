import type { AnchorHTMLAttributes, MouseEvent } from 'react'
import { addressOf, navigate } from './location'

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: string
}

/** A real link, so that it can be opened in a new tab, copied and reached by keyboard. */
export function Link({ to, ...rest }: LinkProps) {
  function follow(click: MouseEvent) {
    if (click.defaultPrevented || click.button !== 0 || click.metaKey || click.ctrlKey || click.shiftKey || click.altKey) return
    click.preventDefault()
    navigate(to)
  }
  return <a href={addressOf(to)} onClick={follow} {...rest} />
}
