import { arrive } from './arrival.ts'
import { guardedFetch } from './guarded-fetch.ts'
import { ImpersonationError } from './impersonation-error.ts'
import type { Impersonation, ImpersonationSession } from './impersonation.ts'
import { takeLink } from './link.ts'
import type { ImpersonationOptions } from './options.ts'
import { TabSession } from './tab-session.ts'
import { whileAwake } from './wake.ts'

/**
 * Lets a single-page app be impersonated in. Sends nothing and changes nothing before `start()`,
 * which throws an ImpersonationError for a link that is refused; the same is in `state.error`.
 */
export function createImpersonation(options: ImpersonationOptions): Impersonation {
  return new TabImpersonation(options)
}

/** Its functions need no `this`, so that they can be handed around. */
class TabImpersonation implements Impersonation {
  readonly #options: ImpersonationOptions
  readonly #tab: TabSession
  readonly #listeners = new Set<() => void>()
  #link: string | ImpersonationError | null = null
  #starting: Promise<ImpersonationSession | null> | null = null
  #ending: Promise<void> | null = null
  #hasBanner = false

  constructor(options: ImpersonationOptions) {
    this.#options = options
    this.#tab = new TabSession(options, () => {
      for (const listener of this.#listeners) listener()
    })
  }

  get state(): Impersonation['state'] {
    return this.#tab.state
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  start = (): Promise<ImpersonationSession | null> => {
    if (!this.#starting) {
      this.#starting = this.#start()
      // It is in the state, too, so nobody has to look at this promise.
      this.#starting.catch(() => null)
    }
    return this.#starting
  }

  async #start(): Promise<ImpersonationSession | null> {
    const tab = this.#tab
    try {
      this.#link ??= takeLink(this.#options.callbackPath ?? '/callback')
    } catch (error) {
      this.#link = error as ImpersonationError
    }
    try {
      // In somebody else's page a click could be stolen.
      if (window.top !== window.self) {
        if (this.#link) throw new ImpersonationError('FRAMED')
        return null
      }
      // Who opened this page may lead it elsewhere, but not see it.
      if (this.#link) window.opener = null
      const session = await arrive(tab, this.#options, this.#link)
      if (session) this.#watch()
      return session
    } catch (problem) {
      const error = problem as ImpersonationError
      if (tab.state.status === 'ended') return null
      tab.kept = null
      tab.set({ status: 'error', session: null, error })
      if (error.retryable) this.#starting = null
      throw error
    }
  }

  #watch(): void {
    const tab = this.#tab
    let checking: Promise<unknown> | null = null
    const stop = whileAwake(
      () => {
        if (!tab.state.session) stop()
        else if (tab.state.session.remaining() <= 0) tab.over('expired')
      },
      (slept) => {
        tab.slept += slept
        if (!tab.kept) return
        checking ??= tab
          .read()
          .catch(() => null)
          .finally(() => {
            checking = null
          })
      },
    )
  }

  getAccessToken = async (): Promise<string> => {
    await this.#settled()
    const { kept, state } = this.#tab
    if (!kept)
      throw new ImpersonationError(
        state.status === 'ended' ? 'IMPERSONATION_ENDED' : 'NOT_IMPERSONATING',
      )
    if (!this.#hasBanner && this.#options.requireBanner !== false)
      throw new ImpersonationError('BANNER_HIDDEN')
    return this.#tab.freshToken()
  }

  token = async (fallback: () => Promise<string | null>): Promise<string | null> => {
    await this.#settled()
    return this.#tab.kept ? this.getAccessToken() : fallback()
  }

  fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init)
    await this.#settled()
    const tab = this.#tab
    const { session } = tab.state
    // What was asked for as the user must not be answered to whoever is signed in here otherwise.
    if (!tab.hasRun) return fetch(request)
    return guardedFetch(request, {
      isReadOnly: session?.mode === 'read_only',
      origins: this.#options.api ?? [location.origin],
      accessToken: this.getAccessToken,
      renew: (stale) => tab.renew(stale),
      ended: () => {
        tab.over('revoked')
      },
    })
  }

  end = (): Promise<void> => (this.#ending ??= this.#end())

  async #end(): Promise<void> {
    await this.#settled()
    const { kept, state, issuer } = this.#tab
    if (!kept || !state.session) {
      // Nothing was ended, so a later call may still have something to end.
      this.#ending = null
      return
    }
    const { returnTo } = this.#options
    const target = typeof returnTo === 'function' ? returnTo(state.session) : returnTo
    this.#tab.over('ended_here')
    await issuer.end(kept)
    const url = target && new URL(target, location.href)
    if (url && /^https?:$/.test(url.protocol)) location.replace(url)
  }

  setBannerVisible = (visible: boolean): void => {
    this.#hasBanner = visible
  }

  async #settled(): Promise<void> {
    await this.#starting?.catch(() => null)
  }
}
