import { Button, Table } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { Impersonation } from '../api/impersonations.ts'
import { Countdown } from '../time/countdown.tsx'
import { duration, secondsBetween } from '../time/duration.ts'
import { Moment } from '../time/moment.tsx'
import { useEndWords } from './end-words.ts'
import { Mode } from './mode.tsx'
import { opens } from '../table/opens.ts'
import { Person } from './person.tsx'

interface ImpersonationRowProps {
  readonly one: Impersonation
  readonly onOpen: (id: string) => void
  /** Absent for those who may not. */
  readonly onRevoke?: ((one: Impersonation) => void) | undefined
}

export const ImpersonationRow = ({
  one,
  onOpen,
  onRevoke,
}: ImpersonationRowProps): ReactElement => (
  <Table.Tr {...opens(() => onOpen(one.id))}>
    <Table.Th scope="row">
      <Person person={one.actor} />
    </Table.Th>
    <Table.Td>
      <Person person={one.subject} />
    </Table.Td>
    <Table.Td className="num">{one.app.name ?? one.app.client_id}</Table.Td>
    <Table.Td>
      <Mode mode={one.mode} />
    </Table.Td>
    <Table.Td className="wide">
      {one.reason ?? '–'}
      {one.ticket !== null && <span className="cell-sub">{one.ticket}</span>}
    </Table.Td>
    <Table.Td className="when">
      <Moment at={one.started_at} />
    </Table.Td>
    <Table.Td>
      {one.status === 'active' ? <Countdown until={one.expires_at} /> : <Ended one={one} />}
    </Table.Td>
    <Table.Td className="row-actions">
      <RowActions one={one} onOpen={onOpen} onRevoke={onRevoke} />
    </Table.Td>
  </Table.Tr>
)

function RowActions({ one, onOpen, onRevoke }: ImpersonationRowProps): ReactElement {
  const { t } = useTranslation()
  return (
    <div className="row-buttons">
      <Button
        size="compact-sm"
        variant="default"
        aria-label={t('impersonations.details_of', { who: one.subject.name ?? '' })}
        onClick={() => {
          onOpen(one.id)
        }}
      >
        {t('impersonations.details')}
      </Button>
      {one.status === 'active' && onRevoke !== undefined && (
        <Button
          size="compact-sm"
          variant="default"
          c="var(--mantine-color-error)"
          onClick={() => {
            onRevoke(one)
          }}
        >
          {t('impersonations.revoke')}
        </Button>
      )}
    </div>
  )
}

function Ended({ one }: { readonly one: Impersonation }): ReactElement {
  const words = useEndWords()
  return (
    <>
      <span className="num">
        {duration(secondsBetween(one.started_at, one.ended_at ?? one.started_at))}
      </span>
      <span className="cell-sub">{words(one)}</span>
    </>
  )
}
