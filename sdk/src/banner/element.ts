import type { Messages } from './messages.ts'
import { en } from './messages/en.ts'

// A server that renders the app's components has no elements to extend.
const Base: typeof HTMLElement = globalThis.HTMLElement ?? Object

/**
 * `<impersonation-banner>` on a page the server rendered: shows what its data attributes say.
 * `data-actor`, `data-subject`, `data-mode` (`read_only`, `full`), `data-expires-in` (seconds),
 * and `data-end-action`, where End posts a form with the inputs found inside the element, such as a CSRF token.
 */
export class ImpersonationBanner extends Base {
  /** The words of all such elements; English unless set before the first one appears. */
  static messages: Messages = en

  connectedCallback(): void {
    // One that mountBanner made has its shadow already.
    if (!this.shadowRoot) void draw(this, this.attachShadow({ mode: 'open' })).catch(reportError)
  }
}

async function draw({ dataset }: HTMLElement, root: ShadowRoot): Promise<void> {
  const begin = performance.now()
  const { followAttributes } = await import('./drawing.ts')
  followAttributes(root, dataset, begin, ImpersonationBanner.messages)
}

if (globalThis.customElements && !customElements.get('impersonation-banner'))
  customElements.define('impersonation-banner', ImpersonationBanner)
