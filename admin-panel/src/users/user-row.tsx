import { Table } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { User } from '../api/users.ts'
import { to } from '../app/links.ts'
import { Moment } from '../time/moment.tsx'
import { Roles } from './roles.tsx'
import { UserStatus } from './user-status.tsx'

export function UserRow({ user }: { readonly user: User }): ReactElement {
  const { t } = useTranslation()
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <Link className="cell-main" to={to.user(user.sub)}>
          {user.name}
        </Link>
        <span className="cell-sub">{user.email}</span>
      </Table.Th>
      <Table.Td>
        {user.organization !== null ? (
          <Link to={to.users} search={{ organization: user.organization.id }}>
            {user.organization.name}
          </Link>
        ) : (
          '–'
        )}
      </Table.Td>
      <Table.Td>
        <Roles roles={user.roles} />
      </Table.Td>
      <Table.Td>
        <UserStatus status={user.status} />
      </Table.Td>
      <Table.Td className="num">
        <Moment at={user.last_login_at} never={t('users.never')} />
      </Table.Td>
    </Table.Tr>
  )
}
