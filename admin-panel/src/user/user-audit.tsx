import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useAuditEvents } from '../api/audit-events.ts'
import type { User } from '../api/users.ts'
import { useFilters } from '../app/filters.ts'
import { EventList } from '../audit/event-list.tsx'
import { Notice } from '../states/notice.tsx'
import { COUNTED_PAGE } from '../table/page-params.ts'

/** What was done to the user, or as the user. */
export function UserAudit({ user }: { readonly user: User }): ReactElement {
  const { t } = useTranslation()
  const { values } = useFilters(['cursor'])
  const query = useAuditEvents({ ...values, subject: user.sub, ...COUNTED_PAGE })
  return (
    <EventList
      paged
      query={query}
      empty={
        <Notice icon="audit" title={t('user.no_events')}>
          <p>{t('user.no_events_why')}</p>
        </Notice>
      }
    />
  )
}
