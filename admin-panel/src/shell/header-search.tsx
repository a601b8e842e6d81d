import { Kbd, TextInput } from '@mantine/core'
import { useHotkeys } from '@mantine/hooks'
import { useNavigate } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { to } from '../app/links.ts'
import { Icon } from './icon.tsx'

/** From anywhere to the users found; on a page with a search of its own the keys lead there. */
export function HeaderSearch(): ReactElement {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [text, setText] = useState('')
  useHotkeys([
    ['/', focusSearch],
    ['mod+K', focusSearch],
  ])
  return (
    <form
      className="header-search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault()
        void navigate({ to: to.users, search: { q: text.trim() } })
        setText('')
      }}
    >
      <TextInput
        aria-label={t('shell.search')}
        placeholder={t('shell.search')}
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value)
        }}
        leftSection={<Icon name="search" />}
        rightSection={<Kbd size="xs">/</Kbd>}
        data-header-search
      />
    </form>
  )
}

function focusSearch(): void {
  const field =
    document.querySelector<HTMLInputElement>('[data-main-search]') ??
    document.querySelector<HTMLInputElement>('[data-header-search]')
  field?.focus()
  field?.select()
}
