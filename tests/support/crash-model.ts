// What an impersonation service must do, in the fewest words: what the real one is compared with.

export interface ModelToken {
  readonly kind: 'refresh' | 'access'
  readonly of: ModelImpersonation
  /** Epoch seconds. */
  readonly exp: number
  consumed: boolean
}

export interface ModelImpersonation {
  readonly actor: string
  readonly subject: string
  /** Epoch seconds. */
  readonly end: number
  over: string | null
}

type Staff = { active: boolean; role: boolean }
type Customer = { active: boolean; staff: boolean; consent: boolean }

export class Model {
  readonly actors: Map<string, Staff> = new Map()
  readonly subjects: Map<string, Customer> = new Map()
  readonly impersonations: ModelImpersonation[] = []
  readonly tokens: ModelToken[] = []
  app = true

  /** What a start answers: a code, or the new impersonation. */
  start(actor: string, subject: string, now: number): string | ModelImpersonation {
    this.look(now)
    const who = this.actor(actor)
    const whom = this.subject(subject)
    if (!who.active || !who.role) return 'IMPERSONATOR_NOT_ALLOWED'
    if (!whom.active || whom.staff) return 'TARGET_NOT_ALLOWED'
    if (!this.app) return 'APP_NOT_ELIGIBLE'
    if (!whom.consent) return 'CONSENT_REQUIRED'
    if (this.impersonations.some((one) => one.over === null && one.actor === actor))
      return 'ALREADY_IMPERSONATING'
    const begun = { actor, subject, end: now + 1800, over: null }
    this.impersonations.push(begun)
    this.tokens.push({ kind: 'refresh', of: begun, exp: begun.end, consumed: false })
    return begun
  }

  /** Whether a refresh succeeds; a token that was used before ends all of them. */
  refresh(token: ModelToken, now: number): boolean {
    this.look(now)
    const { of } = token
    if (of.over !== null) return false
    if (token.consumed) {
      of.over = 'reuse_detected'
      return false
    }
    token.consumed = true
    this.tokens.push({ kind: 'refresh', of, exp: of.end, consumed: false })
    this.tokens.push({ kind: 'access', of, exp: Math.min(now + 300, of.end), consumed: false })
    return true
  }

  end(of: ModelImpersonation, reason: string, now: number): void {
    this.look(now)
    of.over ??= reason
  }

  isAlive({ of, exp, consumed }: ModelToken, now: number, tolerance = 0): boolean {
    this.look(now)
    return of.over === null && !consumed && now < exp + tolerance
  }

  /** Ends what may not go on. Call it after every change. */
  look(now: number): void {
    for (const one of this.impersonations) one.over ??= this.reason(one, now)
  }

  private reason({ actor, subject, end }: ModelImpersonation, now: number): string | null {
    if (now >= end) return 'lifetime_over'
    if (!this.actor(actor).active) return 'impersonator_disabled'
    if (!this.actor(actor).role) return 'impersonator_not_allowed'
    if (!this.subject(subject).active) return 'subject_disabled'
    if (this.subject(subject).staff) return 'subject_became_staff'
    if (!this.app) return 'app_not_eligible'
    return this.subject(subject).consent ? null : 'consent_withdrawn'
  }

  actor(sub: string): Staff {
    const known = this.actors.get(sub) ?? { active: true, role: true }
    this.actors.set(sub, known)
    return known
  }

  subject(sub: string): Customer {
    const known = this.subjects.get(sub) ?? { active: true, staff: false, consent: true }
    this.subjects.set(sub, known)
    return known
  }
}
