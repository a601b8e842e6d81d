import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useStatistics } from '../api/statistics.ts'
import { useMay, useSession, useSeesAll } from '../app/session.tsx'
import { Card } from '../shell/card.tsx'
import { Page } from '../shell/page.tsx'
import { Loaded } from '../states/loaded.tsx'
import { NowActive } from './now-active.tsx'
import { Recent } from './recent.tsx'
import { Tiles } from './tiles.tsx'
import { Week } from './week.tsx'

export function OverviewPage(): ReactElement {
  const { t } = useTranslation()
  const { user } = useSession()
  const may = useMay()
  const seesAll = useSeesAll()
  return (
    <Page title={t('overview.title')} lead={t('overview.lead', { name: user.name })}>
      {may('ReadImpersonation') && seesAll && <Figures />}
      <div className="columns">
        {may('ReadImpersonation') && <NowActive />}
        {may('ReadAudit') && <Recent />}
      </div>
    </Page>
  )
}

function Figures(): ReactElement {
  const { t } = useTranslation()
  const query = useStatistics(true)
  return (
    <Loaded query={query} lines={3}>
      {(statistics) => (
        <>
          <Tiles statistics={statistics} />
          <div className="section">
            <Card title={t('overview.week')} padded>
              <Week days={statistics.by_day} />
            </Card>
          </div>
        </>
      )}
    </Loaded>
  )
}
