/** Every condition that ends an impersonation, and who or what is said to have ended it. */
export const endReasons = {
  ended_by_impersonator: 'impersonator',
  token_revoked: 'impersonator',
  ended_by_subject: 'subject',
  revoked_by_admin: 'admin',
  database_restored: 'admin',
  lifetime_over: 'expired',
  not_redeemed: 'expired',
  reuse_detected: 'reuse',
  impersonator_disabled: 'policy',
  impersonator_not_allowed: 'policy',
  subject_disabled: 'policy',
  subject_became_staff: 'policy',
  app_not_eligible: 'policy',
  consent_withdrawn: 'policy',
  impersonator_signed_out: 'logout',
} as const

export type EndReason = keyof typeof endReasons

export type EndedBy = (typeof endReasons)[EndReason]

export interface Ending {
  /** Epoch milliseconds. */
  readonly at: number
  readonly by: EndedBy
  readonly reason: EndReason
}

export const ending = (reason: EndReason, at: number): Ending => ({
  at,
  by: endReasons[reason],
  reason,
})
