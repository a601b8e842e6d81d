import { Badge, Table, Title } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { ConsentRequest, User } from '../api/users.ts'
import { useConsentRequests } from '../api/users.ts'
import { Notice } from '../states/notice.tsx'
import { Listing } from '../table/listing.tsx'
import { Moment } from '../time/moment.tsx'

const colours = { pending: 'blue', accepted: 'green', declined: 'red', expired: 'gray' } as const

/** What support has asked the user for, and what they said. */
export function UserConsentRequests({ user }: { readonly user: User }): ReactElement {
  const { t } = useTranslation()
  const query = useConsentRequests(user.sub)
  return (
    <section aria-label={t('user.requests')}>
      <Title order={2} fz={16} mb="sm">
        {t('user.requests')}
      </Title>
      <Listing
        label={t('user.requests')}
        query={query}
        columns={[
          { label: t('apps.app') },
          { label: t('users.status') },
          { label: t('impersonations.agent') },
          { label: t('impersonations.reason') },
          { label: t('user.requested'), sorted: 'descending' },
          { label: t('user.answered') },
        ]}
        row={(one) => <RequestRow key={one.id} one={one} />}
        empty={
          <Notice icon="empty" title={t('user.no_requests')}>
            <p>{t('user.no_requests_why')}</p>
          </Notice>
        }
      />
    </section>
  )
}

function RequestRow({ one }: { readonly one: ConsentRequest }): ReactElement {
  const { t } = useTranslation()
  return (
    <Table.Tr>
      <Table.Th scope="row">{one.app.name ?? one.app.client_id}</Table.Th>
      <Table.Td>
        <Badge variant="light" tt="none" color={colours[one.status]}>
          {t(`user.request_${one.status}`)}
        </Badge>
      </Table.Td>
      <Table.Td>{one.actor.email ?? one.actor.sub}</Table.Td>
      <Table.Td className="wide">{one.reason}</Table.Td>
      <Table.Td className="num">
        <Moment at={one.requested_at} />
      </Table.Td>
      <Table.Td className="num">
        <Answered one={one} />
      </Table.Td>
    </Table.Tr>
  )
}

function Answered({ one }: { readonly one: ConsentRequest }): ReactElement {
  const { t } = useTranslation()
  if (one.decided_at !== null) return <Moment at={one.decided_at} />
  return (
    <>
      –
      <span className="cell-sub">
        {t(one.status === 'expired' ? 'user.request_expired' : 'user.expires')}{' '}
        <Moment at={one.expires_at} />
      </span>
    </>
  )
}
