import { AppShell } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { useLocation } from '@tanstack/react-router'
import type { ReactElement, ReactNode } from 'react'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Header } from './header.tsx'
import { Navigation } from './navigation.tsx'
import { Offline } from './offline.tsx'
import { useEndNotice } from './use-end-notice.tsx'
import { useIdleSignOut } from './use-idle-sign-out.ts'

export function Shell({ children }: { readonly children: ReactNode }): ReactElement {
  const { t } = useTranslation()
  const [opened, { toggle, close }] = useDisclosure(false)
  const main = useRef<HTMLElement>(null)
  useEndNotice()
  useIdleSignOut()
  useFocusAfterNavigation(main, close)
  return (
    <AppShell
      header={{ height: 60 }}
      navbar={{ width: 232, breakpoint: 'md', collapsed: { mobile: !opened } }}
    >
      <a
        className="skip-link"
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          main.current?.focus()
        }}
      >
        {t('shell.skip')}
      </a>
      <AppShell.Header className="shell-header">
        <Header opened={opened} toggle={toggle} />
      </AppShell.Header>
      <AppShell.Navbar className="shell-navbar" aria-label={t('shell.navigation')}>
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main className="shell-main" id="main" tabIndex={-1} ref={main}>
        <Offline />
        {children}
      </AppShell.Main>
    </AppShell>
  )
}

/** As after loading a page: whoever reads with ears or keys starts at its beginning. */
function useFocusAfterNavigation(
  main: { readonly current: HTMLElement | null },
  close: () => void,
): void {
  const pathname = useLocation({ select: (location) => location.pathname })
  const before = useRef(pathname)
  useEffect(() => {
    if (before.current === pathname) return
    before.current = pathname
    close()
    main.current?.focus({ preventScroll: true })
  }, [pathname, main, close])
}
