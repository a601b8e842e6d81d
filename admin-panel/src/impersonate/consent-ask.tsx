import { Alert, Button, Group, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { App } from '../api/apps.ts'
import { Problem } from '../api/problem.ts'
import type { Wish } from '../api/start.ts'
import type { User } from '../api/users.ts'
import { requestConsent } from '../api/users.ts'
import { useProblemWords } from '../states/problem-words.ts'
import { Moment } from '../time/moment.tsx'
import { usePendingRequest } from './use-pending-request.ts'

interface ConsentAskProps {
  readonly user: User
  readonly app: App
  readonly wish: Wish
  readonly onCancel: () => void
}

const LEAST = 10

/** Nobody can consent for the user; they can be asked. */
export function ConsentAsk({ user, app, wish, onCancel }: ConsentAskProps): ReactElement {
  const { t } = useTranslation()
  const { pending, declined } = usePendingRequest(user.sub, app.client_id)
  const { send, busy, problem } = useSending(user.sub, app.client_id)
  const words = useProblemWords()
  const reason = wish.reason ?? ''
  const names = { name: user.name, app: app.name }
  const isShort = [...reason].length < LEAST
  // Who has allowed looking is asked again before anything may be changed.
  const missing = wish.mode === 'full' ? 'no_consent_full' : 'no_consent'
  return (
    <div>
      <Alert color="blue" title={t(`impersonate.${missing}`, names)} mb="md" role="status">
        {pending === undefined ? (
          t(declined ? 'impersonate.consent_declined' : 'impersonate.consent_ask', names)
        ) : (
          <>
            {t('impersonate.consent_pending', names)} <Moment at={pending.expires_at} />.
          </>
        )}
        {problem !== null && <Text mt="xs">{words(problem).why}</Text>}
      </Alert>
      <Group justify="flex-end">
        {pending === undefined && isShort && <ReasonFirst />}
        <Button variant="default" onClick={onCancel}>
          {t(pending === undefined ? 'states.cancel' : 'states.close')}
        </Button>
        {pending === undefined && (
          <Button
            loading={busy}
            disabled={isShort}
            aria-describedby={isShort ? 'ask-why' : undefined}
            onClick={() => void send(reason, wish.mode)}
          >
            {t('impersonate.send_request')}
          </Button>
        )}
      </Group>
    </div>
  )
}

function ReasonFirst(): ReactElement {
  const { t } = useTranslation()
  return (
    <Text id="ask-why" fz="sm" c="dimmed" className="grow">
      {t('impersonate.reason_for_request')}
    </Text>
  )
}

function useSending(
  sub: string,
  app: string,
): {
  readonly send: (reason: string, mode: Wish['mode']) => Promise<void>
  readonly busy: boolean
  readonly problem: Problem | null
} {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const send = async (reason: string, mode: Wish['mode']): Promise<void> => {
    setBusy(true)
    setProblem(null)
    try {
      await requestConsent(sub, app, { reason, mode })
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      setProblem(error)
    } finally {
      setBusy(false)
      await client.invalidateQueries()
    }
  }
  return { send, busy, problem }
}
