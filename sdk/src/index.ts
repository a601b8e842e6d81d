export type {
  EndReason,
  Impersonation,
  ImpersonationErrorShape,
  ImpersonationSession,
  ImpersonationState,
  Status,
} from './impersonation.ts'
export { createImpersonation } from './create-impersonation.ts'
export { ImpersonationError } from './impersonation-error.ts'
export type { ImpersonationErrorCode } from './impersonation-error.ts'
export type { ImpersonationOptions } from './options.ts'
export type { TokenStore } from './token-store.ts'
