import { Group } from '@mantine/core'
import { Link, useParams } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { User } from '../api/users.ts'
import { useUser } from '../api/users.ts'
import { to } from '../app/links.ts'
import { ImpersonateButton } from '../impersonate/impersonate-button.tsx'
import { Card } from '../shell/card.tsx'
import { Page } from '../shell/page.tsx'
import { Loaded } from '../states/loaded.tsx'
import { UserStatus } from '../users/user-status.tsx'
import { UserActions } from './user-actions.tsx'
import { UserTabs } from './user-tabs.tsx'

export function UserPage(): ReactElement {
  const { sub = '' }: { readonly sub?: string } = useParams({ strict: false })
  return <OneUser key={sub} sub={sub} />
}

function OneUser({ sub }: { readonly sub: string }): ReactElement {
  const { t } = useTranslation()
  const query = useUser(sub)
  const user = query.data
  return (
    <Page
      title={user?.name ?? t('user.title')}
      crumb={<Link to={to.users}>{t('users.title')}</Link>}
      lead={user !== undefined && <Lead user={user} />}
      actions={user !== undefined && <Actions user={user} />}
    >
      {user === undefined ? (
        <Card>
          <Loaded query={query}>{() => null}</Loaded>
        </Card>
      ) : (
        <UserTabs user={user} />
      )}
    </Page>
  )
}

const Lead = ({ user }: { readonly user: User }): ReactElement => (
  <Group gap={10}>
    <span>{user.email}</span>
    <UserStatus status={user.status} />
  </Group>
)

const Actions = ({ user }: { readonly user: User }): ReactElement => (
  <ImpersonateButton user={user}>
    <UserActions user={user} />
  </ImpersonateButton>
)
