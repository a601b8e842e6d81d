import { encodeQR } from 'qr'
import type { Html } from './html.ts'
import { html } from './html.ts'

/** Light modules that a reader needs around the code (ISO/IEC 18004, §5.3.8). */
const MARGIN = 4

/** Black on white, also in the dark: readers expect it. Sized by the page's style sheet. */
export function qrCode(text: string, label: string): Html {
  const modules = encodeQR(text, 'raw', { ecc: 'medium', border: MARGIN })
  const size = String(modules.length)
  const dark = modules.flatMap((row, y) =>
    row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])),
  )
  return html`<svg class="qr" viewBox="0 0 ${size} ${size}" role="img" aria-label="${label}">
    <path fill="#fff" d="M0 0h${size}v${size}h-${size}z" />
    <path fill="#000" shape-rendering="crispEdges" d="${dark.join('')}" />
  </svg>`
}
