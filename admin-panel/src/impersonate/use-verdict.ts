import { useDebouncedValue } from '@mantine/hooks'
import { useTranslation } from 'react-i18next'
import type { App } from '../api/apps.ts'
import type { Check, Wish } from '../api/start.ts'
import { useCheck } from '../api/start.ts'
import type { User } from '../api/users.ts'
import { useSession } from '../app/session.tsx'
import { useProblemWords } from '../states/problem-words.ts'

/** What the dialog offers next. */
export interface Verdict {
  readonly kind: 'start' | 'blocked' | 'consent' | 'running' | 'factor'
  /** A sentence beside the button, unless it can simply be pressed. */
  readonly why: string | null
  readonly reasonRequired: boolean
}

const LEAST = 10

/** Decided by the server's dry run, in the order in which an agent can do something about it. */
export function useVerdict(user: User, app: App | undefined, wish: Wish): Verdict {
  const { t } = useTranslation()
  const words = useProblemWords()
  const { live } = useSession()
  const [settled] = useDebouncedValue(wish, 400)
  const check = useCheck(user.sub, app?.client_id ?? null, settled)
  const fails = (code: string): boolean => has(check.data, code)
  const required = fails('REASON_REQUIRED')
  const verdict = (kind: Verdict['kind'], why: string | null = null): Verdict => ({
    kind,
    why,
    reasonRequired: required,
  })
  if (check.error !== null) return verdict('blocked', words(check.error).why)
  if (check.data === undefined) return verdict('blocked')
  for (const code of ['TARGET_NOT_ALLOWED', 'NOT_FOUND', 'APP_NOT_ELIGIBLE'] as const) {
    if (fails(code)) return verdict('blocked', t(`problems.${code}.why`))
  }
  if (fails('CONSENT_REQUIRED')) return verdict('consent')
  const length = [...(wish.reason ?? '')].length
  if (length > 0 && length < LEAST) return verdict('blocked', t('impersonate.reason_short'))
  if (required && length === 0) return verdict('blocked', t('impersonate.reason_missing'))
  if (fails('TICKET_INVALID')) return verdict('blocked', t('impersonate.ticket_invalid'))
  if (fails('MFA_REQUIRED')) return verdict('factor', t('impersonate.factor_why'))
  if (fails('ALREADY_IMPERSONATING')) {
    const who = live?.subject.email ?? t('impersonate.somebody')
    return verdict('running', t('impersonate.already', { who }))
  }
  return verdict('start')
}

const has = (check: Check | undefined, code: string): boolean =>
  check?.rules.some((rule) => !rule.passed && rule.code === code) ?? false
