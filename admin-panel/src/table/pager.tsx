import { ActionIcon, Group } from '@mantine/core'
import { useLocation, useNavigate, useSearch } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../shell/icon.tsx'

interface PagerProps {
  readonly count: number
  readonly next: string | null
  readonly busy: boolean
}

/** Where the pages before this one begin; a cursor only ever leads onwards. */
interface Trail {
  readonly trail?: readonly { readonly cursor: string | null; readonly first: number }[]
}

export function Pager({ count, next, busy }: PagerProps): ReactElement {
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
  const range = (from: number, many: number, isLast: boolean): string => {
    const last = from + many - 1
    // The total is known on the last page, and would cost a count on the others.
    return t(isLast ? 'table.range_of' : 'table.range', { first: from, last, total: last })
  }
  const known = cursor === null || trail.length > 0
  return (
    <nav className="table-foot" aria-label={t('table.pages')}>
      <span>{known ? range(first, count, next === null) : t('table.count', { count })}</span>
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

export const LIMIT = 25

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
