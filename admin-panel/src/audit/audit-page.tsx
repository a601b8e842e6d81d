import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useAuditEvents } from '../api/audit-events.ts'
import { useFilters } from '../app/filters.ts'
import { useMay } from '../app/session.tsx'
import { Page } from '../shell/page.tsx'
import { NoMatch } from '../states/no-match.tsx'
import { COUNTED_PAGE } from '../table/page-params.ts'
import { AuditFilters, auditFilters } from './audit-filters.tsx'
import { ChainState } from './chain-state.tsx'
import { EventList } from './event-list.tsx'
import { ExportMenu } from './export-menu.tsx'

export function AuditPage(): ReactElement {
  const { t } = useTranslation()
  const may = useMay()
  const { values: filters, clear } = useFilters(auditFilters)
  const { values } = useFilters([...auditFilters, 'cursor'])
  const query = useAuditEvents({ ...values, ...COUNTED_PAGE })
  return (
    <Page
      title={t('audit.title')}
      lead={t('audit.lead')}
      actions={may('ExportAudit') && <ExportMenu filters={filters} />}
    >
      <ChainState />
      {may('ReadAudit') && <AuditFilters />}
      <EventList paged query={query} empty={<NoMatch clear={clear} />} />
    </Page>
  )
}
