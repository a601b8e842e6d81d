import { Alert } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useStatistics } from '../api/statistics.ts'
import { useMay, useSeesAll } from '../app/session.tsx'
import { Icon } from '../shell/icon.tsx'
import { Moment } from '../time/moment.tsx'

/** Whether the trail still proves itself; quiet while it does. */
export function ChainState(): ReactElement | null {
  const { t } = useTranslation()
  const may = useMay()
  const seesAll = useSeesAll()
  const { data } = useStatistics(may('ReadAudit') && may('ReadImpersonation') && seesAll)
  if (data === undefined) return null
  const { audit_verified: last } = data
  if (last === null) return <p className="chain">{t('audit.not_verified')}</p>
  const { seq, at, valid } = last
  if (valid) {
    return (
      <p className="chain" data-valid>
        <Icon name="check" size={16} /> {t('audit.verified', { seq })} · <Moment at={at} />
      </p>
    )
  }
  return (
    <Alert role="alert" color="red.9" variant="filled" mb="md" title={t('audit.broken', { seq })}>
      {t('audit.broken_why')} <Moment at={at} />
    </Alert>
  )
}
