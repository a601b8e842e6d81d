import { Radio, Stack } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { App } from '../api/apps.ts'

interface AppChoiceProps {
  readonly apps: readonly App[]
  readonly consented: ReadonlySet<string> | null
  readonly value?: string
  readonly onChange: (app: string) => void
}

/** Single-page apps only: others take no link. */
export function AppChoice({ apps, consented, value, onChange }: AppChoiceProps): ReactElement {
  const { t } = useTranslation()
  const about = (app: App): string => {
    if (!app.require_consent || consented === null) return app.client_id
    const given = consented.has(app.client_id) ? 'impersonate.allowed' : 'impersonate.not_yet'
    return `${app.client_id} · ${t(given)}`
  }
  return (
    <Radio.Group label={t('impersonate.app')} value={value ?? null} onChange={onChange}>
      <Stack gap={8} mt={8}>
        {apps.map((app) => (
          <Radio
            key={app.client_id}
            value={app.client_id}
            label={app.name}
            description={about(app)}
          />
        ))}
      </Stack>
    </Radio.Group>
  )
}
