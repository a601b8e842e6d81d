import { Code } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { ImpersonationRecord } from '../api/impersonations.ts'
import { Countdown } from '../time/countdown.tsx'
import { duration, secondsBetween } from '../time/duration.ts'
import { Moment } from '../time/moment.tsx'
import { useEndWords } from './end-words.ts'
import { Mode } from './mode.tsx'
import { Person } from './person.tsx'

export function RecordFacts({ record }: { readonly record: ImpersonationRecord }): ReactElement {
  const { t } = useTranslation()
  return (
    <dl className="facts">
      <dt>{t('impersonations.agent')}</dt>
      <dd>
        <Person person={record.actor} />
      </dd>
      <dt>{t('impersonations.user')}</dt>
      <dd>
        <Person person={record.subject} />
      </dd>
      <dt>{t('impersonations.app')}</dt>
      <dd>{record.app.name ?? record.app.client_id}</dd>
      <dt>{t('impersonations.mode')}</dt>
      <dd>
        <Mode mode={record.mode} />
      </dd>
      <dt>{t('impersonate.reason')}</dt>
      <dd>{record.reason ?? '–'}</dd>
      <dt>{t('impersonations.ticket')}</dt>
      <dd>{record.ticket ?? '–'}</dd>
      <dt>{t('impersonations.started')}</dt>
      <dd>
        <Moment at={record.started_at} />
      </dd>
      <Ending record={record} />
      <dt>{t('audit.id')}</dt>
      <dd>
        <Code>{record.id}</Code>
      </dd>
    </dl>
  )
}

function Ending({ record }: { readonly record: ImpersonationRecord }): ReactElement {
  const { t } = useTranslation()
  const words = useEndWords()
  if (record.ended_at === null) {
    return (
      <>
        <dt>{t('impersonations.left')}</dt>
        <dd>
          <Countdown until={record.expires_at} />
        </dd>
      </>
    )
  }
  return (
    <>
      <dt>{t('impersonations.ended_at')}</dt>
      <dd>
        <Moment at={record.ended_at} /> ·{' '}
        {duration(secondsBetween(record.started_at, record.ended_at))}
      </dd>
      <dt>{t('impersonations.ended_because')}</dt>
      <dd>{words(record)}</dd>
    </>
  )
}
