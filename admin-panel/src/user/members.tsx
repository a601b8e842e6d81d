import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useUsers } from '../api/users.ts'
import type { User } from '../api/users.ts'
import { to } from '../app/links.ts'
import { Card } from '../shell/card.tsx'
import { Loaded } from '../states/loaded.tsx'
import { UserStatus } from '../users/user-status.tsx'

interface MembersProps {
  readonly organization: NonNullable<User['organization']>
  readonly self: string
}

const SHOWN = 8

/** The organisation somebody belongs to, with its people. */
export function Members({ organization, self }: MembersProps): ReactElement {
  const { t } = useTranslation()
  const query = useUsers({ organization: organization.id, limit: SHOWN })
  return (
    <Card
      title={t('user.members_of', { name: organization.name })}
      aside={
        <Link to={to.users} search={{ organization: organization.id }}>
          {t('overview.all')}
        </Link>
      }
    >
      <Loaded query={query} lines={4}>
        {({ items }) => (
          <ul className="rows">
            {items.map((member) => (
              <li key={member.sub}>
                <span>
                  {member.sub === self ? (
                    <span className="cell-main">{member.name}</span>
                  ) : (
                    <Link className="cell-main" to={to.user(member.sub)}>
                      {member.name}
                    </Link>
                  )}
                  <span className="cell-sub">{member.email}</span>
                </span>
                {member.status === 'disabled' && <UserStatus status={member.status} />}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  )
}
