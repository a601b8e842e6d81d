import type { Mode } from '../api/impersonations.ts'

/** What was filled in, so that a second factor or a new sign-in does not cost it. Never a token. */
export interface Draft {
  readonly sub: string
  readonly app: string
  readonly mode: Mode
  readonly reason: string
  readonly ticket: string
}

const KEY = 'admin-panel.impersonate'

export const keepDraft = (draft: Draft): void => {
  sessionStorage.setItem(KEY, JSON.stringify(draft))
}

export const dropDraft = (): void => {
  sessionStorage.removeItem(KEY)
}

/** That of this user; another one's reason would be somebody else's business. */
export function readDraft(sub: string): Draft | null {
  try {
    const value: unknown = JSON.parse(sessionStorage.getItem(KEY) ?? 'null')
    return isDraft(value) && value.sub === sub ? value : null
  } catch {
    return null
  }
}

const isDraft = (value: unknown): value is Draft =>
  typeof value === 'object' &&
  value !== null &&
  ['sub', 'app', 'mode', 'reason', 'ticket'].every(
    (name) => typeof (value as Record<string, unknown>)[name] === 'string',
  )
