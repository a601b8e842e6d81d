import { Badge, Stack, Table } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { Consent, User } from '../api/users.ts'
import { useConsents } from '../api/users.ts'
import { Notice } from '../states/notice.tsx'
import { Listing } from '../table/listing.tsx'
import { Moment } from '../time/moment.tsx'
import { UserConsentRequests } from './user-consent-requests.tsx'

export function UserConsents({ user }: { readonly user: User }): ReactElement {
  const { t } = useTranslation()
  const query = useConsents(user.sub)
  return (
    <Stack gap={20}>
      <Listing
        label={t('user.tab_apps')}
        query={query}
        columns={[
          { label: t('apps.app') },
          { label: t('user.consent') },
          { label: t('user.scope') },
          { label: t('user.granted') },
          { label: t('user.revoked') },
        ]}
        row={(consent) => <ConsentRow key={consent.app + consent.granted_at} consent={consent} />}
        empty={
          <Notice icon="empty" title={t('user.no_consents')}>
            <p>{t('user.no_consents_why')}</p>
          </Notice>
        }
      />
      <UserConsentRequests user={user} />
    </Stack>
  )
}

function ConsentRow({ consent }: { readonly consent: Consent }): ReactElement {
  const { t } = useTranslation()
  const stands = consent.revoked_at === null
  return (
    <Table.Tr>
      <Table.Th scope="row">{consent.app}</Table.Th>
      <Table.Td>
        <Badge variant="light" tt="none" color={stands ? 'green' : 'red'}>
          {t(stands ? 'user.stands' : 'user.withdrawn')}
        </Badge>
      </Table.Td>
      <Table.Td className="wide">{consent.scope}</Table.Td>
      <Table.Td className="num">
        <Moment at={consent.granted_at} />
      </Table.Td>
      <Table.Td className="num">
        <Moment at={consent.revoked_at} />
      </Table.Td>
    </Table.Tr>
  )
}
