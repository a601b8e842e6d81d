import { useTranslation } from 'react-i18next'
import type { Impersonation } from '../api/impersonations.ts'

/** Why it ended, in words; a reason this panel does not know stays a word of the API. */
export function useEndWords(): (ended: Pick<Impersonation, 'end_reason'>) => string {
  const { t, i18n } = useTranslation()
  return ({ end_reason: reason }) => {
    const key = `ends.${reason ?? ''}`
    return i18n.exists(key) ? t(key as 'ends.lifetime_over') : (reason ?? '–')
  }
}
