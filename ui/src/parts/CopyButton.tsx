import { useEffect, useState } from 'react'

interface CopyButtonProps {
  text: string | (() => string | Promise<string>)
  label: string
  /** Shown instead of the word "Copy". */
  children?: string
}

export function CopyButton({ text, label, children = 'Copy' }: CopyButtonProps) {
  const [outcome, setOutcome] = useState<string | null>(null)
  useEffect(() => {
    if (outcome === null) return
    const timer = window.setTimeout(() => setOutcome(null), 1500)
    return () => window.clearTimeout(timer)
  }, [outcome])

  async function copy() {
    try {
      await writeClipboard(typeof text === 'string' ? text : await text())
      setOutcome('Copied')
    } catch {
      setOutcome('Not copied')
    }
  }

  return (
    <button type="button" className="quiet" aria-label={label} title={label} onClick={copy}>
      <span aria-live="polite">{outcome ?? children}</span>
    </button>
  )
}

/** The clipboard of the browser is there on secure origins only; a server on the local network is none. */
async function writeClipboard(text: string) {
  if (navigator.clipboard) return await navigator.clipboard.writeText(text)
  const area = document.createElement('textarea')
  area.value = text
  area.className = 'off-screen'
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  if (!done) throw new Error('the browser refused')
}
