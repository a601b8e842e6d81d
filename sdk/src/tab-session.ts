import { guardedFetch } from './guarded-fetch.ts'
import { ImpersonationError } from './impersonation-error.ts'
import type { EndReason, ImpersonationSession } from './impersonation.ts'
import type { Issuer } from './issuer.ts'
import { createIssuer } from './issuer.ts'
import { clock } from './monotonic-clock.ts'
import type { Page, Running } from './page.ts'
import { become } from './page.ts'
import { sessionOf } from './session-shape.ts'
import type { Tabs } from './tab-lock.ts'
import { hasLocks, joinTabs } from './tab-lock.ts'
import type { Kept } from './token-store.ts'

/** What this tab has of an impersonation: its tokens, renewed in turns, until it is over. */
export class TabSession implements Running {
  kept: Kept | null = null
  /** Milliseconds that the steady clock may have missed. */
  slept: number = 0
  readonly issuer: Issuer
  readonly #page: Page
  readonly #tabs: Tabs
  #renewing: Promise<void> | null = null

  constructor(page: Page) {
    this.#page = page
    this.issuer = createIssuer(page.options)
    this.#tabs = joinTabs(
      page.name,
      () => this.kept,
      (kept) => {
        if (kept) this.#hold(kept)
        else this.#letGo('ended_elsewhere')
      },
    )
  }

  /** From now on this tab acts by these tokens. */
  keep(kept: Kept): void {
    this.#hold(kept)
    this.#tabs.tell(kept.id, kept)
  }

  #hold(kept: Kept | null): void {
    this.kept = kept
    this.#page.store.write(kept && JSON.stringify(kept))
  }

  /** Over in this tab and, as soon as they hear of it, in the others. */
  over(reason: EndReason, error?: ImpersonationError): void {
    if (this.kept) this.#tabs.tell(this.kept.id)
    this.#letGo(reason, error)
  }

  #letGo(reason: EndReason, error?: ImpersonationError): void {
    if (!this.kept) return
    this.#hold(null)
    if (error) become(this.#page, 'error', { error })
    else become(this.#page, 'ended', { reason })
  }

  /** Takes up what an earlier page left, unless another tab goes on with it and there are no turns. */
  async resume(kept: Kept): Promise<void> {
    this.kept = kept
    if (!hasLocks() && (await this.#tabs.ask(kept.id))) {
      this.#hold(null)
      throw new ImpersonationError('OTHER_TAB')
    }
    // The clock went on with the browser; if somebody turned that, it is not to be trusted.
    if (kept.at > clock() || kept.staleAt < clock()) await this.renew(kept.accessToken)
  }

  /** Begins with these; the API's own token follows with the first request. */
  take(kept: Kept): void {
    this.keep(this.#page.options.resource ? { ...kept, staleAt: 0 } : kept)
  }

  /** An access token that is good for a while. */
  async freshToken(): Promise<string> {
    const { staleAt, accessToken } = this.#current()
    if (staleAt < clock()) await this.renew(accessToken)
    return this.#current().accessToken
  }

  /** One renewal for all tabs; nothing when that token is not the current one. */
  renew(stale: string): Promise<void> {
    const { id } = this.#current()
    const isDone = (): boolean => this.#current().accessToken !== stale
    this.#renewing ??= this.#tabs
      .alone(id, async () => {
        if (isDone()) return
        if (hasLocks()) await this.#tabs.ask(id)
        if (!isDone()) await this.#exchange()
      })
      .catch((error: unknown) => this.#fail(error))
      .finally(() => {
        this.#renewing = null
      })
    return this.#renewing
  }

  async #exchange(): Promise<void> {
    const { resource } = this.#page.options
    for (const wanted of resource ? [undefined, resource] : [undefined]) {
      const kept = this.#current()
      const next = await this.issuer.grant(kept.refreshToken, kept, wanted)
      // It was ended while the answer was on its way.
      if (!this.kept) await this.issuer.end(next)
      this.#current()
      this.keep(next)
    }
  }

  #current(): Kept {
    if (!this.kept) throw new ImpersonationError('IMPERSONATION_ENDED')
    return this.kept
  }

  /** What cannot get better ends it. */
  #fail(error: unknown): never {
    if (this.kept && error instanceof ImpersonationError && !error.retryable) {
      const { session } = this.#page.state
      const isLate = session && session.remaining() <= Math.max(0, this.slept)
      const isOver = error.code === 'IMPERSONATION_ENDED'
      this.over(isLate ? 'expired' : 'revoked', isOver ? undefined : error)
    }
    throw error
  }

  /** Asks the issuer about it. */
  async read(): Promise<ImpersonationSession> {
    let answer = await this.issuer.read(this.#current())
    if (answer.status === 401 && answer.body['code'] !== 'IMPERSONATION_ENDED') {
      await this.renew(this.#current().accessToken)
      answer = await this.issuer.read(this.#current())
    }
    try {
      return sessionOf(answer, () => this.kept)
    } catch (error) {
      return this.#fail(error)
    }
  }

  fetch(request: Request, accessToken: () => Promise<string>): Promise<Response> {
    return guardedFetch(this.#page, this, request, accessToken)
  }

  /** Over here at once, then at the issuer; then this tab is led to where the app wants it. */
  async end(): Promise<void> {
    const { kept } = this
    const { options, state } = this.#page
    const { session } = state
    if (!kept || !session) return
    this.over('ended_here')
    await this.issuer.end(kept)
    const { returnTo } = options
    try {
      const target = typeof returnTo === 'function' ? returnTo(session) : returnTo
      const { href } = new URL(target ?? 'about:', location.href)
      if (/^https?:/.test(href)) location.replace(href)
    } catch (error) {
      reportError(error)
    }
  }
}
