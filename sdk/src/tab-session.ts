import { sessionOf } from './session-shape.ts'
import type { EndReason, ImpersonationSession, ImpersonationState } from './impersonation.ts'
import { ImpersonationError } from './impersonation-error.ts'
import type { Issuer } from './issuer.ts'
import { createIssuer } from './issuer.ts'
import { clock } from './monotonic-clock.ts'
import type { ImpersonationOptions } from './options.ts'
import type { Tabs } from './tab-lock.ts'
import { hasLocks, joinTabs } from './tab-lock.ts'
import type { Kept, TokenStore } from './token-store.ts'
import { memoryStore, sessionStore } from './token-store.ts'

const ended = (reason: EndReason): ImpersonationState => ({
  status: 'ended',
  session: null,
  error: null,
  reason,
})

/** What this tab has of an impersonation: its tokens, renewed in turns, and its state. */
export class TabSession {
  state: ImpersonationState = { status: 'idle', session: null, error: null }
  kept: Kept | null = null
  /** Whether what the page shows may be of an impersonation. */
  hasRun: boolean = false
  /** Milliseconds that the steady clock may have missed. */
  slept: number = 0
  readonly issuer: Issuer
  readonly #resource: string | undefined
  readonly #store: TokenStore
  readonly #name: string
  readonly #changed: () => void
  #joined: Tabs | undefined
  #renewing: Promise<void> | null = null

  constructor(options: ImpersonationOptions, changed: () => void) {
    const { issuer, clientId, resource, storage = 'session' } = options
    this.#name = `understudy.${clientId}`
    this.issuer = createIssuer(issuer, clientId)
    this.#resource = resource
    if (storage === 'session') this.#store = sessionStore(this.#name)
    else this.#store = storage === 'memory' ? memoryStore : storage
    this.#changed = changed
  }

  /** Joined with the first tokens: a page without them needs nobody. */
  get #tabs(): Tabs {
    this.#joined ??= joinTabs(
      this.#name,
      () => this.kept,
      (kept) => {
        if (kept) this.#hold(kept)
        else this.#letGo(ended('ended_elsewhere'))
      },
    )
    return this.#joined
  }

  set(state: ImpersonationState): void {
    this.state = state
    this.#changed()
  }

  /** What an earlier page of this tab left. */
  left(): Kept | null {
    try {
      return JSON.parse(this.#store.read() ?? 'null') as Kept | null
    } catch {
      return null
    }
  }

  /** From now on this tab acts by these tokens. */
  keep(kept: Kept): void {
    this.#hold(kept)
    this.#tabs.tell(kept.id, kept)
  }

  #hold(kept: Kept): void {
    this.kept = kept
    this.#store.write(JSON.stringify(kept))
  }

  /** Over in this tab and, as soon as they hear of it, in the others. */
  over(reason: EndReason, error?: ImpersonationError): void {
    if (this.kept) this.#tabs.tell(this.kept.id)
    this.#letGo(error ? { status: 'error', session: null, error } : ended(reason))
  }

  #letGo(state: ImpersonationState): void {
    if (!this.kept) return
    this.forget()
    this.set(state)
  }

  forget(): void {
    this.kept = null
    this.#store.write(null)
  }

  /** Takes up what an earlier page left, unless another tab goes on with it and there are no turns. */
  async resume(kept: Kept): Promise<void> {
    this.kept = kept
    const tabs = this.#tabs
    if (!hasLocks() && (await tabs.ask(kept.id))) {
      this.forget()
      throw new ImpersonationError('OTHER_TAB')
    }
    // The clock went on with the browser; if somebody turned that, it is not to be trusted.
    if (kept.at > clock() || kept.staleAt < clock()) await this.renew(kept.accessToken)
  }

  /** Begins with these; the API's own token follows with the first request. */
  take(kept: Kept): void {
    this.keep(this.#resource ? { ...kept, staleAt: 0 } : kept)
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
      .catch((error: unknown) => this.fail(error))
      .finally(() => {
        this.#renewing = null
      })
    return this.#renewing
  }

  async #exchange(): Promise<void> {
    for (const resource of this.#resource ? [undefined, this.#resource] : [undefined]) {
      const kept = this.#current()
      const next = await this.issuer.grant(kept.refreshToken, kept, resource)
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

  /** What cannot get better ends it. Always throws. */
  fail(error: unknown): never {
    if (this.kept && error instanceof ImpersonationError && !error.retryable) {
      const isLate = (this.state.session?.remaining() ?? 1) <= Math.max(0, this.slept)
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
      return this.fail(error)
    }
  }
}
