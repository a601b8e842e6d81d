import { Table } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { User } from '../api/users.ts'
import { useSignIns } from '../api/users.ts'
import { Notice } from '../states/notice.tsx'
import { Listing } from '../table/listing.tsx'
import { Moment } from '../time/moment.tsx'

/** Where the user is signed in themself; impersonations are not among these. */
export function UserSessions({ user }: { readonly user: User }): ReactElement {
  const { t } = useTranslation()
  const query = useSignIns(user.sub)
  return (
    <Listing
      label={t('user.tab_sessions')}
      query={query}
      columns={[
        { label: t('user.signed_in'), sorted: 'descending' },
        { label: t('user.expires') },
        { label: t('user.methods') },
        { label: t('user.apps') },
      ]}
      row={(session) => (
        <Table.Tr key={session.id}>
          <Table.Th scope="row" className="num">
            <Moment at={session.signed_in_at} />
          </Table.Th>
          <Table.Td className="num">
            <Moment at={session.expires_at} />
          </Table.Td>
          <Table.Td>{session.amr.join(', ') || '–'}</Table.Td>
          <Table.Td>{session.apps.join(', ') || '–'}</Table.Td>
        </Table.Tr>
      )}
      empty={
        <Notice icon="empty" title={t('user.no_sessions')}>
          <p>{t('user.no_sessions_why')}</p>
        </Notice>
      }
    />
  )
}
