import type { MantineColorScheme } from '@mantine/core'
import { Button, Menu, useMantineColorScheme } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { signOut } from '../api/me.ts'
import { useSession } from '../app/session.tsx'
import { choose, languages } from '../i18n/start.ts'
import type { IconName } from './icon.tsx'
import { Icon } from './icon.tsx'

const schemes: readonly { readonly scheme: MantineColorScheme; readonly icon: IconName }[] = [
  { scheme: 'auto', icon: 'auto' },
  { scheme: 'light', icon: 'sun' },
  { scheme: 'dark', icon: 'moon' },
]

export function AccountMenu(): ReactElement {
  const { t } = useTranslation()
  const { user } = useSession()
  return (
    <Menu position="bottom-end" width={260} shadow="md">
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          c="inherit"
          aria-label={user.name}
          leftSection={<Icon name="users" />}
          rightSection={<Icon name="chevron" size={16} />}
        >
          <span className="account-name">{user.name}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          {user.email}
          <br />
          {user.roles.join(', ')}
        </Menu.Label>
        <Menu.Divider />
        <Schemes />
        <Menu.Divider />
        <Languages />
        <Menu.Divider />
        <Menu.Item leftSection={<Icon name="out" />} onClick={leave}>
          {t('shell.sign_out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

const leave = (): void => {
  const home = (): void => {
    location.assign('/')
  }
  signOut().then(home, home)
}

function Schemes(): ReactElement {
  const { t } = useTranslation()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <>
      {schemes.map(({ scheme, icon }) => (
        <Menu.Item
          key={scheme}
          leftSection={<Icon name={icon} />}
          rightSection={colorScheme === scheme && <Icon name="check" />}
          aria-current={colorScheme === scheme}
          onClick={() => {
            setColorScheme(scheme)
          }}
        >
          {t(`shell.scheme_${scheme}`)}
        </Menu.Item>
      ))}
    </>
  )
}

function Languages(): ReactElement {
  const { i18n } = useTranslation()
  return (
    <>
      {languages.map(({ code, name }) => (
        <Menu.Item
          key={code}
          lang={code}
          rightSection={i18n.language === code && <Icon name="check" />}
          aria-current={i18n.language === code}
          onClick={() => void choose(code)}
        >
          {name}
        </Menu.Item>
      ))}
    </>
  )
}
