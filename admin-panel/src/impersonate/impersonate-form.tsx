import { Alert, Stack } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { App } from '../api/apps.ts'
import type { Started } from '../api/start.ts'
import type { User } from '../api/users.ts'
import { Actions } from './actions.tsx'
import { AppChoice } from './app-choice.tsx'
import { ConsentAsk } from './consent-ask.tsx'
import { ModeChoice } from './mode-choice.tsx'
import { ReasonFields } from './reason-fields.tsx'
import { useImpersonateForm } from './use-impersonate-form.ts'
import { useStart } from './use-start.ts'
import { useVerdict } from './use-verdict.ts'

interface ImpersonateFormProps {
  readonly user: User
  readonly apps: readonly App[]
  readonly onCancel: () => void
  readonly onStarted: (app: App, started: Started) => void
}

export function ImpersonateForm(props: ImpersonateFormProps): ReactElement {
  const { user, apps, onCancel, onStarted } = props
  const { t } = useTranslation()
  const { form, app, wish, consented } = useImpersonateForm(user, apps)
  const verdict = useVerdict(user, app, wish)
  const starting = useStart(user, app, wish, onStarted)
  if (app === undefined) return <Alert color="blue">{t('impersonate.no_app')}</Alert>
  return (
    <Stack gap="lg">
      <AppChoice apps={apps} consented={consented} {...form.getInputProps('app')} />
      <ModeChoice name={user.name} {...form.getInputProps('mode')} />
      <ReasonFields form={form} required={verdict.reasonRequired} />
      <div className="dialog-foot">
        {verdict.kind === 'consent' ? (
          <ConsentAsk user={user} app={app} wish={wish} onCancel={onCancel} />
        ) : (
          <Actions verdict={verdict} starting={starting} onCancel={onCancel} />
        )}
      </div>
    </Stack>
  )
}
