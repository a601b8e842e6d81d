import { Button, Group, Stack, Text } from '@mantine/core'
import type { ReactElement } from 'react'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { App } from '../api/apps.ts'
import type { User } from '../api/users.ts'
import { useSession } from '../app/session.tsx'
import { useEnding } from '../shell/use-ending.tsx'
import { Countdown } from '../time/countdown.tsx'

interface HiddenProps {
  readonly user: User
  readonly app: App
  readonly onClose: () => void
}

/** After the link was opened, or a minute later: nobody can get at it again, but it still runs. */
export function Hidden({ user, app, onClose }: HiddenProps): ReactElement {
  const { t } = useTranslation()
  const { live } = useSession()
  const { end, busy } = useEnding()
  useGone(live?.id ?? null, onClose)
  return (
    <Stack gap="lg">
      <Text role="status">
        {t('impersonate.hidden', { app: app.name, name: user.name })}
        {live !== null && (
          <>
            {' '}
            {t('impersonate.time_left')} <Countdown until={live.expires_at} />
          </>
        )}
      </Text>
      <Group justify="flex-end">
        {live !== null && (
          <Button
            variant="default"
            loading={busy}
            onClick={() => {
              void end(live.id, onClose)
            }}
          >
            {t('impersonate.end')}
          </Button>
        )}
        <Button onClick={onClose} data-autofocus>
          {t('impersonate.done')}
        </Button>
      </Group>
    </Stack>
  )
}

/** When it has ended in the app, or was revoked, nothing here is true any more. */
function useGone(id: string | null, onGone: () => void): void {
  const before = useRef(id)
  useEffect(() => {
    const gone = before.current !== null && before.current !== id
    before.current = id
    if (gone) onGone()
  }, [id, onGone])
}
