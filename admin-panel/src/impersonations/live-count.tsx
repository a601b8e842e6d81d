import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useImpersonations } from '../api/impersonations.ts'

const MOST = 100

interface LiveCountProps {
  /** Only one on the page needs to ask again by itself. */
  readonly refresh?: boolean
}

/** How many impersonations are live; nothing while there is none. */
export function LiveCount({ refresh = false }: LiveCountProps): ReactElement | null {
  const { t } = useTranslation()
  const params = { status: 'active', limit: MOST }
  const { data } = useImpersonations(params, { refetchInterval: refresh ? 30_000 : false })
  if (data === undefined || data.items.length === 0) return null
  const count = data.next_cursor === null ? String(data.items.length) : `${MOST}+`
  return (
    <span className="nav-count" title={t('nav.active')}>
      {count}
    </span>
  )
}
