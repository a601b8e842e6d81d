/**
 * The operators' desk of the panel: who may sign in to it, and what they may do there.
 *
 * It grants nothing at the server: who may impersonate is decided by `S2sConfig.impersonationRoles`
 * in server/src/configs/variable.ts. A restart applies a change.
 */

/** The server's roles by name. To add a role, add a line here and there. */
export const Role = {
  SuperAdmin: 'super_admin',
  SupportAdmin: 'support_admin',
  SupportAgent: 'support_agent',
  OrgAdmin: 'org_admin',
} as const

export type Role = (typeof Role)[keyof typeof Role]

/** What the panel can let somebody do. */
export const Access = {
  ReadUser: 'read_user',
  ReadApp: 'read_app',
  /** Check and start impersonations, ask users for consent, end one's own. */
  Impersonation: 'impersonation',
  ReadImpersonation: 'read_impersonation',
  /** End the impersonations of others. */
  RevokeImpersonation: 'revoke_impersonation',
  ReadAudit: 'read_audit',
  /** Needs a fresh second factor, too. */
  ExportAudit: 'export_audit',
  ReadSettings: 'read_settings',
} as const

export type Access = (typeof Access)[keyof typeof Access]

/** Who may sign in to the panel. */
export const AllowedRoles: readonly Role[] = [
  Role.SuperAdmin,
  Role.SupportAdmin,
  Role.SupportAgent,
  Role.OrgAdmin,
]

/** What each of them may do there. Somebody with several roles may do what any of them allows. */
export const RoleAccesses: Readonly<Partial<Record<Role, readonly Access[]>>> = {
  [Role.SuperAdmin]: Object.values(Access),
  [Role.SupportAdmin]: [
    Access.ReadUser,
    Access.ReadApp,
    Access.Impersonation,
    Access.ReadImpersonation,
  ],
  [Role.SupportAgent]: [Access.ReadUser, Access.ReadApp, Access.ReadImpersonation],
  [Role.OrgAdmin]: [
    Access.ReadUser,
    Access.ReadApp,
    Access.Impersonation,
    Access.ReadImpersonation,
  ],
}

/** Roles that see the people of their own organisation only, and what concerns them. */
export const OrganizationRoles: readonly Role[] = [Role.OrgAdmin]
