import type { Mode } from './impersonation.ts'

/** A role that may impersonate; `within` limits it to members of the actor's own organisation. */
export type ImpersonationRole = string | { readonly role: string; readonly within: 'organization' }

/** What operators decide. Validated before it gets here; durations in seconds. */
export interface Settings {
  readonly impersonationRoles: readonly ImpersonationRole[]
  readonly impersonatorClients: readonly string[]
  readonly impersonationServices: readonly string[] | null
  readonly impersonationSeconds: number
  readonly accessTokenSeconds: number
  readonly defaultMode: Mode
  readonly requireMfa: boolean
  readonly mfaMaxAgeSeconds: number
  readonly requireReason: boolean
  readonly ticketPattern: string | null
  readonly linkParameters: 'query' | 'fragment'
  readonly impersonateAdmins: boolean
  readonly notifySubject: 'never' | 'start' | 'end' | 'both'
  readonly startsPerActor: number
  readonly checksPerActor: number
  readonly startsPerService: number
}

/** What holds where a host says nothing else; configs/variable.ts repeats it for operators. */
export const defaultSettings: Settings = {
  impersonationRoles: ['super_admin'],
  impersonatorClients: ['admin-panel'],
  impersonationServices: null,
  impersonationSeconds: 1800,
  accessTokenSeconds: 300,
  defaultMode: 'read_only',
  requireMfa: true,
  mfaMaxAgeSeconds: 300,
  requireReason: false,
  ticketPattern: null,
  linkParameters: 'query',
  impersonateAdmins: false,
  notifySubject: 'never',
  startsPerActor: 120,
  checksPerActor: 600,
  startsPerService: 600,
}

/** Authentication context class of a login with a second factor, requestable at `/auth`. */
export const MFA_ACR = 'urn:understudy:acr:mfa'
