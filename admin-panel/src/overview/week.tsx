import { Table, VisuallyHidden } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { Day } from '../api/statistics.ts'

/** Seven days as bars for eyes, and as a table for ears. */
export function Week({ days }: { readonly days: readonly Day[] }): ReactElement {
  const { t, i18n } = useTranslation()
  const most = Math.max(1, ...days.flatMap(({ started, denied }) => [started, denied]))
  const short = new Intl.DateTimeFormat(i18n.language, { weekday: 'short', timeZone: 'UTC' })
  return (
    <>
      <div className="bars-legend" aria-hidden="true">
        <span>{t('overview.started')}</span>
        <span className="denied">{t('overview.denied')}</span>
      </div>
      <div aria-hidden="true">
        <div className="bars">
          {days.map(({ day, started, denied }) => (
            <div key={day} className="bars-day" title={`${day}: ${started} / ${denied}`}>
              <Bar kind="started" count={started} most={most} />
              <Bar kind="denied" count={denied} most={most} />
            </div>
          ))}
        </div>
        <div className="bars-axis">
          {days.map(({ day }) => (
            <span key={day}>{short.format(new Date(day))}</span>
          ))}
        </div>
      </div>
      <VisuallyHidden>
        <WeekTable days={days} />
      </VisuallyHidden>
    </>
  )
}

interface BarProps {
  readonly kind: 'started' | 'denied'
  readonly count: number
  readonly most: number
}

const Bar = ({ kind, count, most }: BarProps): ReactElement | null =>
  count === 0 ? null : (
    <div className={`bar bar-${kind}`} style={{ height: `${(count / most) * 82}%` }}>
      <span className="bar-count">{count}</span>
    </div>
  )

function WeekTable({ days }: { readonly days: readonly Day[] }): ReactElement {
  const { t } = useTranslation()
  return (
    <Table aria-label={t('overview.week')}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t('overview.day')}</Table.Th>
          <Table.Th scope="col">{t('overview.started')}</Table.Th>
          <Table.Th scope="col">{t('overview.denied')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {days.map(({ day, started, denied }) => (
          <Table.Tr key={day}>
            <Table.Th scope="row">{day}</Table.Th>
            <Table.Td>{started}</Table.Td>
            <Table.Td>{denied}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}
