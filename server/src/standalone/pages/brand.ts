import { html } from './html.ts'
import type { Html } from './html.ts'

/** Two people, one standing in for the other, beside the product's name. */
export const brand: Html = html`
  <svg class="mark" viewBox="0 0 40 40" width="40" height="40" aria-hidden="true" focusable="false">
    <rect class="mark-ground" width="40" height="40" rx="11" />
    <g class="mark-behind">
      <circle cx="25.5" cy="13" r="4.5" />
      <path d="M16.5 33v-2.5a9 9 0 0 1 18 0V33z" />
    </g>
    <g class="mark-front">
      <circle cx="16" cy="15.5" r="5" />
      <path d="M6 33v-.5a10 10 0 0 1 20 0V33z" />
    </g>
  </svg>
  <span class="brand-name" translate="no">Understudy</span>
`
