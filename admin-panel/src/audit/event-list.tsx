import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactElement, ReactNode } from 'react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditEvent } from '../api/audit-events.ts'
import type { List } from '../api/list.ts'
import type { Problem } from '../api/problem.ts'
import { Listing } from '../table/listing.tsx'
import { EventDrawer } from './event-drawer.tsx'
import { EventRow } from './event-row.tsx'
import { KnownPeople } from './known-people.tsx'

interface EventListProps {
  readonly query: UseQueryResult<List<AuditEvent>, Problem>
  readonly empty: ReactNode
  readonly paged?: boolean
}

export function EventList({ query, empty, paged = false }: EventListProps): ReactElement {
  const { t } = useTranslation()
  const [open, setOpen] = useState<AuditEvent | null>(null)
  return (
    <KnownPeople>
      <Listing
        paged={paged}
        label={t('audit.title')}
        query={query}
        columns={[
          { label: t('audit.at'), sorted: 'descending' },
          { label: t('audit.action') },
          { label: t('audit.outcome') },
          { label: t('audit.actor') },
          { label: t('audit.subject') },
          { label: t('audit.app') },
        ]}
        row={(event) => <EventRow key={event.id} event={event} onOpen={setOpen} />}
        empty={empty}
      />
      <EventDrawer
        event={open}
        onClose={() => {
          setOpen(null)
        }}
      />
    </KnownPeople>
  )
}
