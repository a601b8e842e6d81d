import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { ImpersonationRecord } from '../api/impersonations.ts'
import { readImpersonation } from '../api/impersonations.ts'
import { to } from '../app/links.ts'
import { useMay, useSession } from '../app/session.tsx'
import { requestsIn } from '../impersonations/timeline.ts'
import { duration, secondsBetween } from '../time/duration.ts'
import { toast } from './toast.ts'

/** Tells that the agent's own impersonation is over, wherever it was ended. */
export function useEndNotice(): void {
  const { live } = useSession()
  const may = useMay()
  const client = useQueryClient()
  const before = useRef<string | null>(null)
  const id = live?.id ?? null
  const readable = may('ReadImpersonation')
  useEffect(() => {
    const ended = before.current
    before.current = id
    if (ended === null || ended === id || !readable) return
    void client.invalidateQueries()
    readImpersonation(ended).then(tell, () => undefined)
  }, [id, client, readable])
}

const tell = (record: ImpersonationRecord): void => {
  if (record.status !== 'ended') return
  toast({ message: <Ended record={record} /> })
}

function Ended({ record }: { readonly record: ImpersonationRecord }): ReactElement {
  const { t } = useTranslation()
  const lasted = secondsBetween(record.started_at, record.ended_at ?? record.started_at)
  const count = requestsIn(record.timeline)
  const requests = record.timeline_truncated === true ? 'live.requests_least' : 'live.requests'
  return (
    <>
      {t('live.ended', { duration: duration(lasted) })} · {t(requests, { count })} ·{' '}
      <Link to={to.impersonations} search={{ status: 'ended', record: record.id }}>
        {t('live.view_record')}
      </Link>
    </>
  )
}
