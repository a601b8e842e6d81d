import { Code, Drawer } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactElement, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditEvent } from '../api/audit-events.ts'
import { to } from '../app/links.ts'
import { Moment } from '../time/moment.tsx'
import { Who } from './known-people.tsx'
import { Outcome } from './outcome.tsx'

interface EventDrawerProps {
  readonly event: AuditEvent | null
  readonly onClose: () => void
}

/** Everything the trail says about one event, as text and nothing but text. */
export function EventDrawer({ event, onClose }: EventDrawerProps): ReactElement {
  const { t } = useTranslation()
  return (
    <Drawer
      opened={event !== null}
      onClose={onClose}
      position="right"
      size="lg"
      title={event?.action}
      closeButtonProps={{ 'aria-label': t('states.close') }}
    >
      {event !== null && <EventFacts event={event} />}
    </Drawer>
  )
}

function EventFacts({ event }: { readonly event: AuditEvent }): ReactElement {
  const { t } = useTranslation()
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t('audit.at'), <Moment key="at" at={event.at} />],
    [t('audit.outcome'), <Outcome key="outcome" outcome={event.outcome} />],
    [t('audit.code'), event.code],
    [t('audit.actor'), event.actor !== null && <Who sub={event.actor} />],
    [t('audit.service'), event.s2s_client],
    [t('audit.subject'), event.subject !== null && <Who sub={event.subject} />],
    [t('audit.organization'), event.organization],
    [t('audit.app'), event.app],
    [t('audit.impersonation'), event.impersonation !== null && recordLink(event.impersonation)],
    [t('audit.ip'), event.ip],
    [t('audit.user_agent'), event.user_agent],
    [t('states.request_id'), event.request_id],
    [t('audit.id'), event.id],
    [t('audit.seq'), event.seq],
    [
      t('audit.details'),
      <Code key="details" block className="json">
        {pretty(event.details)}
      </Code>,
    ],
  ]
  return (
    <dl className="facts">
      {facts
        .filter(([, value]) => value !== null && value !== false)
        .map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  )
}

const pretty = (details: AuditEvent['details']): string => JSON.stringify(details, null, 2)

const recordLink = (id: string): ReactElement => (
  <Link to={to.impersonations} search={{ record: id }}>
    {id}
  </Link>
)
