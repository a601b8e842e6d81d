import { NavLink } from '@mantine/core'
import { Link, useLocation } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useImpersonations } from '../api/impersonations.ts'
import { to } from '../app/links.ts'
import { useMay } from '../app/session.tsx'
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
            rightSection={name === 'impersonations' && <LiveCount />}
            active={address === '/' ? pathname === '/' : pathname.startsWith(address)}
            renderRoot={(props: object) => <Link to={address} {...props} />}
          />
        ))}
    </>
  )
}

const MOST = 100

function LiveCount(): ReactElement | null {
  const { t } = useTranslation()
  const params = { status: 'active', limit: MOST }
  const { data } = useImpersonations(params, { refetchInterval: 30_000 })
  if (data === undefined || data.items.length === 0) return null
  const count = data.next_cursor === null ? String(data.items.length) : `${MOST}+`
  return (
    <span className="nav-count" title={t('nav.active')}>
      {count}
    </span>
  )
}
