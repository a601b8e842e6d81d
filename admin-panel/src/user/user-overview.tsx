import { Code } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { User } from '../api/users.ts'
import { Card } from '../shell/card.tsx'
import { Moment } from '../time/moment.tsx'
import { Roles } from '../users/roles.tsx'
import { UserStatus } from '../users/user-status.tsx'
import { Members } from './members.tsx'

export function UserOverview({ user }: { readonly user: User }): ReactElement {
  const { t } = useTranslation()
  return (
    <div className="columns">
      <Card title={t('user.account')} padded>
        <dl className="facts">
          <dt>{t('user.name')}</dt>
          <dd>{user.name}</dd>
          <dt>{t('user.email')}</dt>
          <dd>{user.email}</dd>
          <dt>{t('user.id')}</dt>
          <dd>
            <Code>{user.sub}</Code>
          </dd>
          <dt>{t('users.organization')}</dt>
          <dd>{user.organization?.name ?? '–'}</dd>
          <dt>{t('users.roles')}</dt>
          <dd>
            <Roles roles={user.roles} />
          </dd>
          <dt>{t('users.status')}</dt>
          <dd>
            <UserStatus status={user.status} />
          </dd>
          <dt>{t('users.last_sign_in')}</dt>
          <dd>
            <Moment at={user.last_login_at} never={t('users.never')} />
          </dd>
        </dl>
      </Card>
      {user.organization !== null && <Members organization={user.organization} self={user.sub} />}
    </div>
  )
}
