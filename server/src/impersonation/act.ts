import type { Impersonation, Mode } from './impersonation.ts'

/** What every token of an impersonation says about who is really acting (RFC 8693 §4.1). */
export interface ActorClaims {
  readonly act: { readonly sub: string }
  readonly impersonation_id: string
  readonly impersonation_mode: Mode
}

export const actorClaims = (impersonation: Impersonation): ActorClaims => ({
  act: { sub: impersonation.actor },
  impersonation_id: impersonation.id,
  impersonation_mode: impersonation.mode,
})

/** The names above, for whoever has to list claims. */
export const actorClaimNames = ['act', 'impersonation_id', 'impersonation_mode'] as const
