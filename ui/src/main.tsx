import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './frame/App'
import './styles/base.css'
import './styles/frame.css'
import './styles/parts.css'
import './styles/pages.css'

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
