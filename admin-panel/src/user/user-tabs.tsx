import { Tabs } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { User } from '../api/users.ts'
import { useFilters } from '../app/filters.ts'
import { useMay } from '../app/session.tsx'
import { UserAudit } from './user-audit.tsx'
import { UserConsents } from './user-consents.tsx'
import { UserImpersonations } from './user-impersonations.tsx'
import { UserOverview } from './user-overview.tsx'
import { UserSessions } from './user-sessions.tsx'

const tabs = [
  { name: 'overview', access: 'ReadUser', Panel: UserOverview },
  { name: 'sessions', access: 'ReadUser', Panel: UserSessions },
  { name: 'apps', access: 'ReadUser', Panel: UserConsents },
  { name: 'impersonations', access: 'ReadImpersonation', Panel: UserImpersonations },
  { name: 'audit', access: 'ReadAudit', Panel: UserAudit },
] as const

export function UserTabs({ user }: { readonly user: User }): ReactElement {
  const { t } = useTranslation()
  const may = useMay()
  const { values, set } = useFilters(['tab'])
  const shown = tabs.filter(({ access }) => may(access))
  const current = shown.find(({ name }) => name === values.tab)?.name ?? 'overview'
  return (
    <Tabs
      value={current}
      keepMounted={false}
      onChange={(tab) => {
        set({ tab: tab === 'overview' ? null : tab })
      }}
    >
      <Tabs.List mb={20}>
        {shown.map(({ name }) => (
          <Tabs.Tab key={name} value={name}>
            {t(`user.tab_${name}`)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {shown.map(({ name, Panel }) => (
        <Tabs.Panel key={name} value={name}>
          <Panel user={user} />
        </Tabs.Panel>
      ))}
    </Tabs>
  )
}
