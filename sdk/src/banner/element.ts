import type { Impersonation, ImpersonationSession, ImpersonationState } from '../impersonation.ts'
import { make } from './make.ts'
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
    if (!this.shadowRoot) void this.#follow(this.attachShadow({ mode: 'open' })).catch(reportError)
  }

  async #follow(root: ShadowRoot): Promise<void> {
    const impersonation = fromAttributes(this)
    const { follow } = await import('./follow.ts')
    follow(root, impersonation, ImpersonationBanner)
  }
}

const person = (email = ''): ImpersonationSession['actor'] => ({ sub: email, email, name: null })

/** As much of an impersonation as the banner uses. */
function fromAttributes(host: HTMLElement): Impersonation {
  const { actor, subject, mode, expiresIn, endAction = '' } = host.dataset
  const time = Number(expiresIn) * 1000
  const end = performance.now() + time
  const impersonation = {
    state: {
      status: 'active',
      session: {
        id: '',
        actor: person(actor),
        subject: person(subject),
        mode: mode === 'full' ? mode : 'read_only',
        remaining: () => end - performance.now(),
      },
    } as ImpersonationState,
    subscribe(listener: () => void) {
      setTimeout(() => {
        impersonation.state = { status: 'ended', session: null, error: null, reason: 'expired' }
        listener()
      }, time)
    },
    async end() {
      const inputs = host.querySelectorAll('input')
      const form = make('form', { method: 'post', action: endAction, hidden: '' }, ...inputs)
      document.body.append(form)
      form.submit()
    },
    setBannerVisible() {},
  }
  return impersonation as unknown as Impersonation
}

if (globalThis.customElements && !customElements.get('impersonation-banner'))
  customElements.define('impersonation-banner', ImpersonationBanner)
