import { Button, Menu } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { User } from '../api/users.ts'
import { to } from '../app/links.ts'
import { useMay } from '../app/session.tsx'
import { Icon } from '../shell/icon.tsx'
import { toast } from '../shell/toast.ts'

export function UserActions({ user }: { readonly user: User }): ReactElement {
  const { t } = useTranslation()
  const may = useMay()
  const copy = useCopy()
  return (
    <Menu position="bottom-end" shadow="md">
      <Menu.Target>
        <Button variant="default" rightSection={<Icon name="chevron" />}>
          {t('user.actions')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          onClick={() => {
            copy(user.sub)
          }}
        >
          {t('user.copy_id')}
        </Menu.Item>
        <Menu.Item
          onClick={() => {
            copy(user.email)
          }}
        >
          {t('user.copy_email')}
        </Menu.Item>
        {may('ReadAudit') && (
          <Menu.Item
            renderRoot={(props: object) => (
              <Link to={to.audit} search={{ actor: user.sub }} {...props} />
            )}
          >
            {t('user.what_they_did')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

function useCopy(): (text: string) => void {
  const { t } = useTranslation()
  return (text) => {
    navigator.clipboard.writeText(text).then(
      () => toast({ message: t('user.copied', { text }) }),
      () => toast({ message: text }),
    )
  }
}
