import { useEffect, useRef, useState } from 'react'

const TYPING_PAUSE_MS = 250

interface SearchBoxProps {
  label: string
  placeholder: string
  value: string
  onChange: (value: string) => void
}

/** Tells what was typed once the typing pauses, and follows the value when it changes otherwise (the back button). */
export function SearchBox({ label, placeholder, value, onChange }: SearchBoxProps) {
  const [typed, setTyped] = useState(value)
  const tell = useRef(onChange)
  tell.current = onChange
  useEffect(() => setTyped(value), [value])
  useEffect(() => {
    if (typed === value) return
    const timer = window.setTimeout(() => tell.current(typed), TYPING_PAUSE_MS)
    return () => window.clearTimeout(timer)
  }, [typed, value])
  return (
    <input
      type="search"
      className="search"
      aria-label={label}
      placeholder={placeholder}
      value={typed}
      onChange={event => setTyped(event.target.value)}
    />
  )
}
