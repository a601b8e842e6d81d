import { Modal } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { App } from '../api/apps.ts'
import { useApps } from '../api/apps.ts'
import type { Started } from '../api/start.ts'
import type { User } from '../api/users.ts'
import { isEligible } from '../apps/eligible.ts'
import { Loaded } from '../states/loaded.tsx'
import { dropDraft } from './draft.ts'
import { ImpersonateForm } from './impersonate-form.tsx'
import { StartedPanel } from './started-panel.tsx'

interface ImpersonateDialogProps {
  readonly user: User
  readonly onClose: () => void
}

interface Begun {
  readonly app: App
  /** `null` once it was hidden: it is shown once. */
  readonly secret: Started | null
}

/** From the choice of the app to the link that opens it. The secret lives here and nowhere else. */
export function ImpersonateDialog({ user, onClose }: ImpersonateDialogProps): ReactElement {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [begun, setBegun] = useState<Begun | null>(null)
  const close = (): void => {
    setBegun(null)
    dropDraft()
    onClose()
  }
  const started = (app: App, secret: Started): void => {
    setBegun({ app, secret })
    dropDraft()
    void client.invalidateQueries()
  }
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={t('impersonate.title', { name: user.name })}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': t('states.close') }}
    >
      {begun === null ? (
        <Preparation user={user} onCancel={close} onStarted={started} />
      ) : (
        <StartedPanel
          user={user}
          app={begun.app}
          secret={begun.secret}
          onHide={() => {
            setBegun({ app: begun.app, secret: null })
          }}
          onClose={close}
        />
      )}
    </Modal>
  )
}

interface PreparationProps {
  readonly user: User
  readonly onCancel: () => void
  readonly onStarted: (app: App, started: Started) => void
}

function Preparation({ user, onCancel, onStarted }: PreparationProps): ReactElement {
  const apps = useApps()
  return (
    <Loaded query={apps} lines={4}>
      {({ items }) => (
        <ImpersonateForm
          user={user}
          apps={items.filter(isEligible)}
          onCancel={onCancel}
          onStarted={onStarted}
        />
      )}
    </Loaded>
  )
}
