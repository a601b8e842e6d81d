import { Code } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useAuditEvents } from '../api/audit-events.ts'
import { to } from '../app/links.ts'
import { Outcome } from '../audit/outcome.tsx'
import { Card } from '../shell/card.tsx'
import { Loaded } from '../states/loaded.tsx'
import { Notice } from '../states/notice.tsx'
import { Moment } from '../time/moment.tsx'

// As the figure above counts it: a dry run, which the dialog makes by itself, refuses nobody anything.
const denied = { action: 'impersonation.denied' }

/** What was refused lately: the first thing an auditor looks at. */
export function Recent(): ReactElement {
  const { t } = useTranslation()
  const query = useAuditEvents({ ...denied, limit: 6 })
  return (
    <Card
      title={t('overview.recently_denied')}
      aside={
        <Link to={to.audit} search={denied}>
          {t('overview.all')}
        </Link>
      }
    >
      <Loaded query={query} lines={4}>
        {({ items }) =>
          items.length === 0 ? (
            <Notice icon="check" title={t('overview.nothing_denied')} />
          ) : (
            <ul className="rows">
              {items.map((event) => (
                <li key={event.id}>
                  <span>
                    <Code>{event.action}</Code>
                    <span className="cell-sub">
                      <Moment at={event.at} />
                      {event.code !== null && ` · ${event.code}`}
                    </span>
                  </span>
                  <Outcome outcome={event.outcome} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </Card>
  )
}
