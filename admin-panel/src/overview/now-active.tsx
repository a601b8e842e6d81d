import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useImpersonations } from '../api/impersonations.ts'
import { to } from '../app/links.ts'
import { Mode } from '../impersonations/mode.tsx'
import { Card } from '../shell/card.tsx'
import { Loaded } from '../states/loaded.tsx'
import { Notice } from '../states/notice.tsx'
import { Countdown } from '../time/countdown.tsx'

/** Who is somebody else at this moment. */
export function NowActive(): ReactElement {
  const { t } = useTranslation()
  const query = useImpersonations({ status: 'active', limit: 5 }, { refetchInterval: 30_000 })
  return (
    <Card
      title={t('overview.now_active')}
      aside={<Link to={to.impersonations}>{t('overview.all')}</Link>}
    >
      <Loaded query={query} lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Notice icon="impersonations" title={t('impersonations.none_active')} />
          ) : (
            <ul className="rows">
              {items.map((one) => (
                <li key={one.id}>
                  <span>
                    <Link to={to.impersonations} search={{ record: one.id }} className="cell-main">
                      {t('overview.as', {
                        actor: one.actor.name ?? one.actor.sub,
                        subject: one.subject.name ?? one.subject.sub,
                      })}
                    </Link>
                    <span className="cell-sub">{one.app.name ?? one.app.client_id}</span>
                  </span>
                  <Mode mode={one.mode} />
                  <Countdown until={one.expires_at} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  )
}
