import { CloseButton, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import type { ReactElement } from 'react'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../shell/icon.tsx'

interface SearchFieldProps {
  readonly label: string
  readonly placeholder?: string
  readonly value: string
  readonly onSearch: (text: string) => void
  readonly className?: string
  /** Where `/` and ⌘K lead while the page is open. */
  readonly main?: boolean
}

/** Searches shortly after the last key. */
export function SearchField(props: SearchFieldProps): ReactElement {
  const { label, placeholder, value, onSearch, className = 'toolbar-field', main = false } = props
  const { t } = useTranslation()
  const { text, change } = useTyped(value, onSearch)
  return (
    <TextInput
      className={className}
      label={label}
      {...(placeholder !== undefined && { placeholder })}
      value={text}
      onChange={(event) => {
        change(event.currentTarget.value)
      }}
      leftSection={main && <Icon name="search" />}
      rightSection={
        text !== '' && (
          <CloseButton
            size="sm"
            aria-label={t('table.clear', { label })}
            onClick={() => {
              change('')
            }}
          />
        )
      }
      {...(main && { 'data-main-search': true })}
    />
  )
}

interface Typed {
  readonly text: string
  readonly change: (text: string) => void
}

function useTyped(value: string, onSearch: (text: string) => void): Typed {
  const [text, setText] = useState(value)
  const sent = useRef(value)
  // The address may change by itself: back, or "clear filters". What was typed meanwhile stays.
  useEffect(() => {
    if (value !== sent.current) setText(value)
    sent.current = value
  }, [value])
  const later = useDebouncedCallback((wanted: string) => {
    sent.current = wanted
    onSearch(wanted)
  }, 250)
  const change = (next: string): void => {
    setText(next)
    later(next.trim())
  }
  return { text, change }
}
