import { Button } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { signOut } from '../api/me.ts'
import type { Problem } from '../api/problem.ts'
import { Failure } from '../states/failure.tsx'
import { Forbidden } from '../states/forbidden.tsx'

/** Signed in, but with no role that opens the panel. */
export function NotAllowed({ problem }: { readonly problem: Problem }): ReactElement {
  const { t } = useTranslation()
  return (
    <main className="gate">
      <title>{`${t('states.forbidden')} · Understudy`}</title>
      <div className="card gate-card">
        {problem.code === 'ACCESS_MISSING' ? (
          <Forbidden problem={problem} />
        ) : (
          <Failure problem={problem} />
        )}
        <Button
          variant="default"
          fullWidth
          onClick={() => {
            const reload = (): void => {
              location.assign('/')
            }
            signOut().then(reload, reload)
          }}
        >
          {t('shell.sign_out')}
        </Button>
      </div>
    </main>
  )
}
