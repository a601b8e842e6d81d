import { Stack } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useSettings } from '../api/settings.ts'
import { Card } from '../shell/card.tsx'
import { Page } from '../shell/page.tsx'
import { Loaded } from '../states/loaded.tsx'
import { Policy } from './policy.tsx'
import { RolesMatrix } from './roles-matrix.tsx'

export function SettingsPage(): ReactElement {
  const { t } = useTranslation()
  const query = useSettings()
  return (
    <Page title={t('settings.title')} lead={t('settings.lead')}>
      <Loaded query={query}>
        {({ policy, roles }) => (
          <Stack gap={20}>
            <Card title={t('settings.roles')}>
              <RolesMatrix roles={roles} />
            </Card>
            <Card title={t('settings.policy')} padded>
              <Policy policy={policy} />
            </Card>
          </Stack>
        )}
      </Loaded>
    </Page>
  )
}
