import { Tabs } from '@mantine/core'
import type { ReactElement } from 'react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Impersonation } from '../api/impersonations.ts'
import { useImpersonations } from '../api/impersonations.ts'
import { useFilters } from '../app/filters.ts'
import { useMay } from '../app/session.tsx'
import { Page } from '../shell/page.tsx'
import { NoMatch } from '../states/no-match.tsx'
import { Notice } from '../states/notice.tsx'
import { COUNTED_PAGE } from '../table/page-params.ts'
import { ImpersonationList } from './impersonation-list.tsx'
import { impersonationFilters, ImpersonationsFilters } from './impersonations-filters.tsx'
import { LiveCount } from './live-count.tsx'
import { RecordDrawer } from './record-drawer.tsx'
import { RefreshBar } from './refresh-bar.tsx'
import { RevokeDialog } from './revoke-dialog.tsx'

const names = [...impersonationFilters, 'status', 'record', 'cursor'] as const

export function ImpersonationsPage(): ReactElement {
  const { t } = useTranslation()
  const { values, set } = useFilters(names)
  const { status = 'active' } = values
  return (
    <Page title={t('impersonations.title')} lead={t('impersonations.lead')}>
      <Tabs
        value={status}
        onChange={(next) => {
          set({ status: next === 'active' ? null : next })
        }}
      >
        <Tabs.List>
          <Tabs.Tab value="active" rightSection={<LiveCount />}>
            {t('impersonations.active')}
          </Tabs.Tab>
          <Tabs.Tab value="ended">{t('impersonations.ended')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value={status} pt="md">
          <Board active={status === 'active'} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  )
}

function Board({ active }: { readonly active: boolean }): ReactElement {
  const may = useMay()
  const { values, set } = useFilters(names)
  const { clear, any } = useFilters(impersonationFilters)
  const [paused, setPaused] = useState(false)
  const [revoking, setRevoking] = useState<Impersonation | null>(null)
  const { record, status: _, ...filters } = values
  // Nothing moves under a dialog; a hidden tab pauses by itself.
  const still = paused || revoking !== null || record !== undefined
  const query = useImpersonations(
    { ...filters, status: active ? 'active' : 'ended', ...COUNTED_PAGE },
    { refetchInterval: still ? false : 30_000 },
  )
  const show = (id: string | null): void => {
    set({ record: id, cursor: values.cursor ?? null })
  }
  const toggle = (): void => {
    setPaused(!paused)
  }
  const { isFetching: busy, dataUpdatedAt: updatedAt } = query
  return (
    <>
      {may('ReadImpersonation') && (
        <ImpersonationsFilters
          end={<RefreshBar paused={paused} busy={busy} updatedAt={updatedAt} onToggle={toggle} />}
        />
      )}
      <ImpersonationList
        paged
        active={active}
        query={query}
        empty={any ? <NoMatch clear={clear} /> : <Nobody active={active} />}
        onOpen={show}
        onRevoke={setRevoking}
      />
      <RecordDrawer id={record} onClose={() => show(null)} />
      <RevokeDialog one={revoking} onClose={() => setRevoking(null)} />
    </>
  )
}

function Nobody({ active }: { readonly active: boolean }): ReactElement {
  const { t } = useTranslation()
  return (
    <Notice
      icon="impersonations"
      title={t(active ? 'impersonations.none_active' : 'impersonations.none_ended')}
    >
      <p>{t('impersonations.none_why')}</p>
    </Notice>
  )
}
