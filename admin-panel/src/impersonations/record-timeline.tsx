import { Code, Text, Timeline, Title } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditEvent } from '../api/audit-events.ts'
import type { ImpersonationRecord } from '../api/impersonations.ts'
import { Moment } from '../time/moment.tsx'
import { useEndWords } from './end-words.ts'
import { RecordNumbers } from './record-numbers.tsx'
import { timesOf } from './timeline.ts'

export function RecordTimeline({ record }: { readonly record: ImpersonationRecord }): ReactElement {
  const { t } = useTranslation()
  const words = useEndWords()
  const endOf = ({ details: { end_reason: reason } }: AuditEvent): string =>
    typeof reason === 'string' ? words({ end_reason: reason }) : ''
  const toldOf = (event: AuditEvent): string => {
    const count = timesOf(event)
    const times = count > 1 ? t('impersonations.times', { count }) : ''
    return [whatOf(event), endOf(event), times].filter(Boolean).join(' · ')
  }
  return (
    <>
      <Title order={3} fz={15} mt="xl" mb="md">
        {t('impersonations.timeline')}
      </Title>
      <RecordNumbers record={record} />
      <Timeline bulletSize={14} lineWidth={2} color="amber" className="timeline">
        {record.timeline.map((event) => (
          <Timeline.Item key={event.id} title={<Code>{event.action}</Code>}>
            {toldOf(event) !== '' && <Text fz="sm">{toldOf(event)}</Text>}
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
  const parts = [details['method'], details['route']]
  return parts.filter((part) => typeof part === 'string').join(' ')
}
