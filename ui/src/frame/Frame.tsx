import type { ReactNode } from 'react'
import { Link } from '../routing/Link'
import { paths } from '../routing/paths'
import { ServerBanner } from './ServerBanner'

interface FrameProps {
  section: 'runs' | 'deployments' | 'pools' | 'limits' | 'stored' | 'events' | null
  children: ReactNode
}

const SECTIONS = [
  { id: 'runs', label: 'Runs', to: paths.runs(), sign: 'M3 4.5h7M5 8h8M8 11.5h4' },
  { id: 'deployments', label: 'Deployments', to: paths.deployments(), sign: 'm8 2 5.5 3v6L8 14l-5.5-3V5ZM2.5 5 8 8l5.5-3M8 8v6' },
  { id: 'pools', label: 'Work pools', to: paths.pools(), sign: 'M2.5 4h11M2.5 8h11M2.5 12h11M5 2.5v3M10 6.5v3M7 10.5v3' },
  { id: 'limits', label: 'Limits', to: paths.limits(), sign: 'M3 12.5a6 6 0 1 1 10 0M8 9.5l2.5-3.5' },
  { id: 'stored', label: 'Blocks, variables', to: paths.stored(), sign: 'M2.5 5.5 8 3l5.5 2.5L8 8ZM2.5 8.2 8 10.7l5.5-2.5M2.5 11 8 13.5l5.5-2.5' },
  { id: 'events', label: 'Events', to: paths.events(), sign: 'M9 2 4 9h4l-1 5 5-7H8Z' },
] as const

export function Frame({ section, children }: FrameProps) {
  return (
    <div className="frame">
      <a className="skip" href="#main" onClick={skipToMain}>
        Skip to the page
      </a>
      <nav className="rail" aria-label="Sections">
        <Link to={paths.runs()} className="brand" aria-label="Reeve, to the runs">
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <rect width="24" height="24" rx="6" className="brand-ground" />
            <g className="brand-bars">
              <rect x="5" y="6" width="9" height="3" rx="1.5" />
              <rect x="8" y="10.5" width="11" height="3" rx="1.5" opacity=".8" />
              <rect x="12" y="15" width="6" height="3" rx="1.5" opacity=".6" />
            </g>
          </svg>
          <span>Reeve</span>
        </Link>
        <ul>
          {SECTIONS.map(({ id, label, to, sign }) => (
            <li key={id}>
              <Link to={to} aria-current={section === id ? 'page' : undefined}>
                <svg viewBox="0 0 16 16" aria-hidden="true" className="sign">
                  <path d={sign} />
                </svg>
                {label}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="stage">
        <ServerBanner />
        <main id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
    </div>
  )
}

// a plain "#main" would be resolved against <base>, which is another page
function skipToMain(event: { preventDefault: () => void }) {
  event.preventDefault()
  document.getElementById('main')?.focus()
}
