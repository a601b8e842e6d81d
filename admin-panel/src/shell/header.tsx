import { Burger } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { to } from '../app/links.ts'
import { useMay } from '../app/session.tsx'
import { AccountMenu } from './account-menu.tsx'
import { Brand } from './brand.tsx'
import { HeaderSearch } from './header-search.tsx'
import { LiveImpersonation } from './live-impersonation.tsx'

interface HeaderProps {
  readonly opened: boolean
  readonly toggle: () => void
}

export function Header({ opened, toggle }: HeaderProps): ReactElement {
  const { t } = useTranslation()
  const may = useMay()
  return (
    <>
      <Burger
        hiddenFrom="md"
        size="sm"
        opened={opened}
        onClick={toggle}
        aria-label={t('shell.navigation')}
      />
      <Link to={to.overview} className="brand" aria-label={t('shell.home')}>
        <Brand />
      </Link>
      {may('ReadUser') && <HeaderSearch />}
      <div className="header-end">
        <LiveImpersonation />
        <AccountMenu />
      </div>
    </>
  )
}
