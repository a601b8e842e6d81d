import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactElement, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import type { Impersonation } from '../api/impersonations.ts'
import type { List } from '../api/list.ts'
import type { Problem } from '../api/problem.ts'
import { useMay, useSession } from '../app/session.tsx'
import { Listing } from '../table/listing.tsx'
import { ImpersonationRow } from './impersonation-row.tsx'

interface ImpersonationListProps {
  readonly query: UseQueryResult<List<Impersonation>, Problem>
  readonly empty: ReactNode
  readonly active: boolean
  readonly paged?: boolean
  readonly onOpen: (id: string) => void
  readonly onRevoke: (one: Impersonation) => void
}

export function ImpersonationList(props: ImpersonationListProps): ReactElement {
  const { query, empty, active, paged = false, onOpen, onRevoke } = props
  const { t } = useTranslation()
  const may = useMay()
  const { user } = useSession()
  const revocable = (one: Impersonation): boolean =>
    may('RevokeImpersonation') || (one.actor.sub === user.sub && may('Impersonation'))
  return (
    <Listing
      paged={paged}
      label={t('impersonations.title')}
      query={query}
      columns={[
        { label: t('impersonations.agent') },
        { label: t('impersonations.user') },
        { label: t('impersonations.app') },
        { label: t('impersonations.mode') },
        { label: t('impersonations.reason') },
        { label: t('impersonations.started'), sorted: 'descending' },
        { label: t(active ? 'impersonations.left' : 'impersonations.lasted') },
        { label: t('impersonations.actions'), actions: true },
      ]}
      row={(one) => (
        <ImpersonationRow
          key={one.id}
          one={one}
          onOpen={onOpen}
          onRevoke={revocable(one) ? onRevoke : undefined}
        />
      )}
      empty={empty}
    />
  )
}
