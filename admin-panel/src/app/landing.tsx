import { Button, Stack, Text, Title } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { Brand } from '../shell/brand.tsx'
import { signInAddress } from './links.ts'

/** Where somebody without a session arrives; after the sign-in the wanted page opens. */
export function Landing(): ReactElement {
  const { t } = useTranslation()
  return (
    <main className="gate">
      <title>{`${t('landing.title')} · Understudy`}</title>
      <div className="card gate-card">
        <Stack gap="lg">
          <span className="brand">
            <Brand />
          </span>
          <div>
            <Title order={1} fz={24}>
              {t('landing.title')}
            </Title>
            <Text c="dimmed" mt={4}>
              {t('landing.lead')}
            </Text>
          </div>
          <Button component="a" href={signInAddress()} size="md" fullWidth>
            {t('landing.sign_in')}
          </Button>
          <Text c="dimmed" fz="sm">
            {t('landing.note')}
          </Text>
        </Stack>
      </div>
    </main>
  )
}
