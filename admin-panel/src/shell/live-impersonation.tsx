import { Button } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useSession } from '../app/session.tsx'
import { Countdown } from '../time/countdown.tsx'
import { useEnding } from './use-ending.tsx'

/** The agent's own, with an end of its own: the tab with the app may be lost. */
export function LiveImpersonation(): ReactElement | null {
  const { t } = useTranslation()
  const { live } = useSession()
  const { end, busy } = useEnding()
  if (live === null) return null
  const who = live.subject.email ?? live.subject.sub
  return (
    <section className="live" aria-label={t('live.label')}>
      <span className="live-who">
        {t('live.as')} <strong>{who}</strong>
      </span>
      <Countdown until={live.expires_at} />
      <Button
        size="compact-sm"
        color="dark.8"
        loading={busy}
        aria-label={t('live.end_of', { who })}
        onClick={() => void end(live.id)}
      >
        {t('live.end')}
      </Button>
    </section>
  )
}
