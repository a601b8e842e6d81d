import { Alert, Button, Group } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { timeOfDay } from '../time/moment.tsx'

interface StaleProps {
  readonly since: number
  readonly retry: () => void
}

/** What is shown is still worth reading, but old. */
export function Stale({ since, retry }: StaleProps): ReactElement {
  const { t, i18n } = useTranslation()
  return (
    <Alert color="blue" radius={0} role="status">
      <Group justify="space-between" gap="sm">
        <span>{t('states.stale', { time: timeOfDay(since, i18n.language) })}</span>
        <Button size="compact-sm" variant="default" onClick={retry}>
          {t('states.retry')}
        </Button>
      </Group>
    </Alert>
  )
}
