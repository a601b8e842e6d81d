import { Table } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { App } from '../api/apps.ts'
import { useApps } from '../api/apps.ts'
import { useFilters } from '../app/filters.ts'
import { to } from '../app/links.ts'
import { Page } from '../shell/page.tsx'
import { Notice } from '../states/notice.tsx'
import { Listing } from '../table/listing.tsx'
import { LIMIT } from '../table/page-params.ts'
import { AppType } from './app-type.tsx'
import { isEligible } from './eligible.ts'

export function AppsPage(): ReactElement {
  const { t } = useTranslation()
  const { values } = useFilters(['cursor'])
  const query = useApps({ ...values, limit: LIMIT })
  return (
    <Page title={t('apps.title')} lead={t('apps.lead')}>
      <Listing
        paged
        label={t('apps.title')}
        query={query}
        columns={[
          { label: t('apps.app') },
          { label: t('apps.type') },
          { label: t('apps.impersonation') },
          { label: t('apps.consent') },
          { label: t('apps.redirect_uris') },
        ]}
        row={(app) => <AppRow key={app.client_id} app={app} />}
        empty={
          <Notice icon="empty" title={t('apps.empty')}>
            <p>{t('apps.empty_why')}</p>
          </Notice>
        }
      />
    </Page>
  )
}

function AppRow({ app }: { readonly app: App }): ReactElement {
  const { t } = useTranslation()
  return (
    <Table.Tr>
      <Table.Th scope="row">
        <span className="cell-main">{app.name}</span>
        <span className="cell-sub">{app.client_id}</span>
      </Table.Th>
      <Table.Td>
        <AppType type={app.type} />
      </Table.Td>
      <Table.Td>
        {isEligible(app) ? (
          <Link to={to.impersonations} search={{ app: app.client_id }}>
            {t('apps.eligible')}
          </Link>
        ) : (
          <span className="hint-line">{why(app, t)}</span>
        )}
      </Table.Td>
      <Table.Td>{t(app.require_consent ? 'apps.required' : 'apps.not_required')}</Table.Td>
      <Table.Td className="wide">
        {app.redirect_uris.map((uri) => (
          <span key={uri} className="cell-sub">
            {uri}
          </span>
        ))}
        {app.redirect_uris.length === 0 && '–'}
      </Table.Td>
    </Table.Tr>
  )
}

function why(app: App, t: ReturnType<typeof useTranslation>['t']): string {
  if (!app.enabled) return t('apps.is_disabled')
  return t(app.type === 'spa' ? 'apps.no_redirect' : 'apps.not_spa')
}
