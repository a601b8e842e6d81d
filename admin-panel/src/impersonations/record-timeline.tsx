import { Code, Text, Timeline, Title } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditEvent } from '../api/audit-events.ts'
import { Moment } from '../time/moment.tsx'

export function RecordTimeline({
  events,
}: {
  readonly events: readonly AuditEvent[]
}): ReactElement {
  const { t } = useTranslation()
  return (
    <>
      <Title order={3} fz={15} mt="xl" mb="md">
        {t('impersonations.timeline')}
      </Title>
      <Timeline bulletSize={14} lineWidth={2} color="amber">
        {events.map((event) => (
          <Timeline.Item key={event.id} title={<Code>{event.action}</Code>}>
            {whatOf(event) !== '' && <Text fz="sm">{whatOf(event)}</Text>}
            <Text fz="sm" c="dimmed">
              <Moment at={event.at} />
              {event.code !== null && ` · ${event.code}`}
            </Text>
          </Timeline.Item>
        ))}
      </Timeline>
    </>
  )
}

function whatOf({ details }: AuditEvent): string {
  const parts = [details['method'], details['route'], details['end_reason']]
  return parts.filter((part) => typeof part === 'string').join(' ')
}
