import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useUsers } from '../api/users.ts'
import { useFilters } from '../app/filters.ts'
import { useMay } from '../app/session.tsx'
import { Page } from '../shell/page.tsx'
import { NoMatch } from '../states/no-match.tsx'
import { Notice } from '../states/notice.tsx'
import { Listing } from '../table/listing.tsx'
import { COUNTED_PAGE } from '../table/page-params.ts'
import { UserRow } from './user-row.tsx'
import { userFilters, UsersFilters } from './users-filters.tsx'

export function UsersPage(): ReactElement {
  const { t } = useTranslation()
  const may = useMay()
  const { clear, any } = useFilters(userFilters)
  const { values } = useFilters([...userFilters, 'cursor'])
  const query = useUsers({ ...values, ...COUNTED_PAGE })
  return (
    <Page title={t('users.title')} lead={t('users.lead')}>
      {may('ReadUser') && <UsersFilters />}
      <Listing
        paged
        label={t('users.title')}
        query={query}
        columns={[
          { label: t('users.user'), sorted: 'ascending' },
          { label: t('users.organization') },
          { label: t('users.roles') },
          { label: t('users.status') },
          { label: t('users.last_sign_in') },
        ]}
        row={(user) => <UserRow key={user.sub} user={user} />}
        empty={
          any ? (
            <NoMatch clear={clear} />
          ) : (
            <Notice icon="empty" title={t('users.empty')}>
              <p>{t('users.empty_why')}</p>
            </Notice>
          )
        }
      />
    </Page>
  )
}
