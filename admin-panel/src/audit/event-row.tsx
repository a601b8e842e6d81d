import { Code, Table } from '@mantine/core'
import type { ReactElement } from 'react'
import type { AuditEvent } from '../api/audit-events.ts'
import { opens } from '../table/opens.ts'
import { Moment } from '../time/moment.tsx'
import { Who } from './known-people.tsx'
import { Outcome } from './outcome.tsx'

interface EventRowProps {
  readonly event: AuditEvent
  readonly onOpen: (event: AuditEvent) => void
}

export const EventRow = ({ event, onOpen }: EventRowProps): ReactElement => (
  <Table.Tr {...opens(() => onOpen(event))}>
    <Table.Th scope="row" className="num">
      <button
        type="button"
        className="row-button"
        onClick={() => {
          onOpen(event)
        }}
      >
        <Moment at={event.at} />
      </button>
    </Table.Th>
    <Table.Td>
      <Code>{event.action}</Code>
    </Table.Td>
    <Table.Td>
      <Outcome outcome={event.outcome} />
      {event.code !== null && <span className="cell-sub">{event.code}</span>}
    </Table.Td>
    <Table.Td>
      <Who sub={event.actor} />
      {event.s2s_client !== null && <span className="cell-sub">{event.s2s_client}</span>}
    </Table.Td>
    <Table.Td>
      <Who sub={event.subject} />
    </Table.Td>
    <Table.Td>{event.app ?? '–'}</Table.Td>
  </Table.Tr>
)
