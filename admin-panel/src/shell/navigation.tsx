import { NavLink } from '@mantine/core'
import { Link, useLocation } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { to } from '../app/links.ts'
import { useMay } from '../app/session.tsx'
import { LiveCount } from '../impersonations/live-count.tsx'
import type { IconName } from './icon.tsx'
import { Icon } from './icon.tsx'

const entries = [
  { name: 'overview', address: to.overview, access: null },
  { name: 'users', address: to.users, access: 'ReadUser' },
  { name: 'apps', address: to.apps, access: 'ReadApp' },
  { name: 'impersonations', address: to.impersonations, access: 'ReadImpersonation' },
  { name: 'audit', address: to.audit, access: 'ReadAudit' },
  { name: 'settings', address: to.settings, access: 'ReadSettings' },
] as const satisfies readonly { name: IconName; address: string; access: string | null }[]

export function Navigation(): ReactElement {
  const { t } = useTranslation()
  const may = useMay()
  const pathname = useLocation({ select: (location) => location.pathname })
  return (
    <>
      {entries
        .filter(({ access }) => access === null || may(access))
        .map(({ name, address }) => (
          <NavLink
            key={name}
            className="nav-link"
            label={t(`nav.${name}`)}
            leftSection={<Icon name={name} />}
            rightSection={name === 'impersonations' && <LiveCount refresh />}
            active={address === '/' ? pathname === '/' : pathname.startsWith(address)}
            renderRoot={(props: object) => <Link to={address} {...props} />}
          />
        ))}
    </>
  )
}
