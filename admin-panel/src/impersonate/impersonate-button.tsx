import { Button, Group } from '@mantine/core'
import type { ReactElement, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { User } from '../api/users.ts'
import type { Impersonation } from '../api/impersonations.ts'
import { useFilters } from '../app/filters.ts'
import { useSession } from '../app/session.tsx'
import { useEnding } from '../shell/use-ending.tsx'
import { ImpersonateDialog } from './impersonate-dialog.tsx'
import { useObstacle } from './use-obstacle.ts'

interface ImpersonateButtonProps {
  readonly user: User
  /** Other buttons in the same row; the reason stands below all. */
  readonly children: ReactNode
}

/** Opens the dialog; when it cannot help, it says why instead. */
export function ImpersonateButton({ user, children }: ImpersonateButtonProps): ReactElement {
  const { t } = useTranslation()
  const { live } = useSession()
  const { obstacle, endable, pending } = useObstacle(user)
  const { values, set } = useFilters(['impersonate'])
  const open = (): void => {
    set({ impersonate: '1' })
  }
  const opened = values.impersonate !== undefined
  return (
    <>
      <div>
        <Group justify="flex-end" gap={10}>
          <Button
            disabled={pending || (obstacle !== null && !opened)}
            aria-describedby={obstacle === null ? undefined : 'impersonate-obstacle'}
            onClick={open}
          >
            {t('impersonate.button')}
          </Button>
          {children}
        </Group>
        {obstacle !== null && !opened && (
          <Why text={obstacle} live={endable ? live : null} onEnded={open} />
        )}
      </div>
      {opened && (
        <ImpersonateDialog
          user={user}
          onClose={() => {
            set({ impersonate: null })
          }}
        />
      )}
    </>
  )
}

interface WhyProps {
  readonly text: string
  /** The agent's own, when ending it would help. */
  readonly live: Impersonation | null
  readonly onEnded: () => void
}

function Why({ text, live, onEnded }: WhyProps): ReactElement {
  const { t } = useTranslation()
  const { end, busy } = useEnding()
  return (
    <p className="reason-line" id="impersonate-obstacle">
      {text}
      {live !== null && (
        <Button
          size="compact-sm"
          variant="default"
          loading={busy}
          onClick={() => void end(live.id, onEnded)}
        >
          {t('impersonate.end_and_continue')}
        </Button>
      )}
    </p>
  )
}
