import { Alert, Anchor, Button, Code, Group, Stack, Text } from '@mantine/core'
import type { ReactElement } from 'react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { App } from '../api/apps.ts'
import { useAppNow } from '../api/apps.ts'
import { isEligible } from '../apps/eligible.ts'
import type { Started } from '../api/start.ts'
import type { User } from '../api/users.ts'
import { Icon } from '../shell/icon.tsx'
import type { Link } from './link.ts'
import { safeLinks } from './link.ts'
import { useHide } from './use-hide.ts'

interface LinksProps {
  readonly user: User
  readonly app: App
  readonly secret: Started
  readonly onHide: () => void
}

/** The app is opened in a tab that knows nothing of this one, and is told nothing about it (J11). */
const away = {
  target: '_blank',
  rel: 'noopener noreferrer',
  referrerPolicy: 'no-referrer',
} as const

export function Links({ user, app, secret, onHide }: LinksProps): ReactElement {
  const { t } = useTranslation()
  const left = useHide(onHide)
  // Between the start and the click somebody may have taken a redirect URI away, or the app (J12).
  const { data: now = app } = useAppNow(app.client_id)
  const [first, ...others] = safeLinks(secret.links, isEligible(now) ? now.redirect_uris : [])
  const open = useRef<HTMLAnchorElement>(null)
  useEffect(() => {
    open.current?.focus()
  }, [])
  // The browser has taken the address by then; a link works once, so it is of no more use here.
  const opened = (): void => {
    setTimeout(onHide, 0)
  }
  if (first === undefined) return <Alert color="red">{t('impersonate.no_link')}</Alert>
  return (
    <Stack gap="lg">
      <Text>{t('impersonate.ready', { app: app.name, name: user.name })}</Text>
      <Button
        component="a"
        href={first.href}
        {...away}
        ref={open}
        size="lg"
        fullWidth
        rightSection={<Icon name="external" />}
        onClick={opened}
      >
        {t('impersonate.open', { app: app.name })}
      </Button>
      {others.length > 0 && <Others links={others} onOpen={opened} />}
      <ByHand href={first.href} token={secret.refresh_token} left={left} name={user.name} />
    </Stack>
  )
}

interface ByHandProps {
  readonly href: string
  readonly token: string
  /** Seconds. */
  readonly left: number
  readonly name: string
}

function ByHand({ href, token, left, name }: ByHandProps): ReactElement {
  const { t } = useTranslation()
  return (
    <>
      <Group justify="space-between">
        <Group gap="sm">
          <CopyLink href={href} />
          <Token token={token} />
        </Group>
        <Text fz="sm" c="dimmed">
          {t('impersonate.hides_in', { seconds: left })}
        </Text>
      </Group>
      <Text fz="sm" c="dimmed">
        {t('impersonate.link_warning', { name })}
      </Text>
    </>
  )
}

interface OthersProps {
  readonly links: readonly Link[]
  readonly onOpen: () => void
}

function Others({ links, onOpen }: OthersProps): ReactElement {
  const { t } = useTranslation()
  return (
    <div>
      <Text fz="sm" fw={600} mb={6}>
        {t('impersonate.other_places')}
      </Text>
      <ul className="links">
        {links.map(({ href, target }) => (
          <li key={target}>
            <Anchor href={href} {...away} fz="sm" onClick={onOpen}>
              {target}
            </Anchor>
            <CopyLink href={href} />
          </li>
        ))}
      </ul>
    </div>
  )
}

type Copied = 'copied' | 'not_copied'

const copy = (text: string): Promise<Copied> =>
  navigator.clipboard.writeText(text).then(
    () => 'copied',
    () => 'not_copied',
  )

function CopyLink({ href }: { readonly href: string }): ReactElement {
  const { t } = useTranslation()
  const [state, setState] = useState<'copy' | Copied>('copy')
  return (
    <Button
      size="compact-sm"
      variant="default"
      onClick={() => {
        void copy(href).then(setState)
      }}
    >
      {t(`impersonate.${state}`)}
    </Button>
  )
}

/** Never shown by itself: a screen is shared more easily than a link is clicked. */
function Token({ token }: { readonly token: string }): ReactElement {
  const { t } = useTranslation()
  const [shown, setShown] = useState(false)
  return shown ? (
    <Code className="token">{token}</Code>
  ) : (
    <Button
      size="compact-sm"
      variant="default"
      onClick={() => {
        setShown(true)
      }}
    >
      {t('impersonate.show_token')}
    </Button>
  )
}
