import type { Denial, DenialCode } from '../impersonation/denial.ts'

/** An operation answers with this instead of doing what was asked. */
export class Denied extends Error {
  override name = 'Denied'
  readonly denial: Denial

  constructor(denial: Denial | DenialCode) {
    const whole = typeof denial === 'string' ? { code: denial } : denial
    super(whole.code)
    this.denial = whole
  }
}

/** Throws what a rule has decided, if it has decided against. */
export function refuse(denial: Denial | null): void {
  if (denial !== null) throw new Denied(denial)
}
