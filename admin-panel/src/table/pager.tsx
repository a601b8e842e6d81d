import { ActionIcon, Group } from '@mantine/core'
import { useLocation, useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../shell/icon.tsx'
import { LIMIT } from './page-params.ts'
import { useRange } from './range.ts'

interface PagerProps {
  readonly count: number
  /** Of the whole list, when it is known. */
  readonly total: number | null
  readonly next: string | null
  /** The rows are still those of the page before. */
  readonly busy: boolean
}

/** Where the pages before this one begin; a cursor only ever leads onwards. */
interface Trail {
  readonly trail?: readonly { readonly cursor: string | null; readonly first: number }[]
}

export function Pager({ count, total, next, busy }: PagerProps): ReactElement {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const search: Readonly<Record<string, string | undefined>> = useSearch({ strict: false })
  const { trail = [] } = useLocation({ select: ({ state }) => state as Trail })
  const cursor = search['cursor'] ?? null
  const before = trail.at(-1) ?? (cursor === null ? null : { cursor: null, first: 1 })
  const first = cursor === null ? 1 : (before?.first ?? 1) + (trail.length > 0 ? LIMIT : 0)
  const go = (target: string | null, state: Trail): void => {
    const changed = { ...search, cursor: target ?? undefined }
    void navigate({ to: '.', search: changed, state: state as object })
  }
  // Who came by somebody's link to a later page does not know how many are before it.
  const known = cursor === null || trail.length > 0
  const range = useRange({ first: known ? first : null, count, total, isLast: next === null })
  const shown = useRef(range)
  if (!busy) shown.current = range
  return (
    <nav className="table-foot" aria-label={t('table.pages')}>
      <span>{shown.current}</span>
      {(before !== null || next !== null) && (
        <Group gap={6}>
          <Step
            to="previous"
            disabled={before === null || busy}
            onClick={() => {
              go(before?.cursor ?? null, { trail: trail.slice(0, -1) })
            }}
          />
          <Step
            to="next"
            disabled={next === null || busy}
            onClick={() => {
              go(next, { trail: [...trail, { cursor, first }] })
            }}
          />
        </Group>
      )}
    </nav>
  )
}

interface StepProps {
  readonly to: 'previous' | 'next'
  readonly disabled: boolean
  readonly onClick: () => void
}

function Step({ to, ...rest }: StepProps): ReactElement {
  const { t } = useTranslation()
  return (
    <ActionIcon variant="default" size="lg" aria-label={t(`table.${to}`)} {...rest}>
      <Icon name={to} />
    </ActionIcon>
  )
}
