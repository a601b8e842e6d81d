import { Text } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { ImpersonationRecord } from '../api/impersonations.ts'
import { requestsIn, timesIn } from './timeline.ts'

/** What was done in it, in numbers; nothing when nothing was. */
export function RecordNumbers({ record }: { readonly record: ImpersonationRecord }): ReactElement {
  const { t } = useTranslation()
  const { timeline, timeline_truncated: truncated = false } = record
  const numbers = [
    ['requests', requestsIn(timeline)],
    ['blocked', timesIn(timeline, 'impersonation.write_blocked')],
    ['forbidden', timesIn(timeline, 'impersonation.forbidden_route')],
  ] as const
  const told = numbers
    .filter(([, count]) => count > 0)
    .map(([name, count]) => t(`impersonations.${name}`, { count }))
    .join(', ')
  return (
    <>
      {told !== '' && (
        <Text fz="sm" mb="md">
          {truncated ? t('impersonations.at_least', { told }) : told}
        </Text>
      )}
      {truncated && (
        <Text fz="sm" c="dimmed" mb="md">
          {t('impersonations.truncated')}
        </Text>
      )}
    </>
  )
}
