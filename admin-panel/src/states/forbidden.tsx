import { Code } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '../api/problem.ts'
import { Notice } from './notice.tsx'

/** Which access is missing, and which roles the account has: enough to ask the right person. */
export function Forbidden({ problem }: { readonly problem: Problem }): ReactElement {
  const { t } = useTranslation()
  const { access, roles } = problem.body
  const held = Array.isArray(roles) && roles.length > 0 ? roles.join(', ') : t('states.no_role')
  return (
    <Notice icon="lock" title={t('states.forbidden')}>
      <p>
        {typeof access === 'string' && (
          <>
            {t('states.access_missing')} <Code>{access}</Code>.{' '}
          </>
        )}
        {t('states.your_roles')} <Code>{held}</Code>.
      </p>
      <p>{t('states.ask_administrator')}</p>
    </Notice>
  )
}
