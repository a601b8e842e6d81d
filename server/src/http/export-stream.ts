import { pipeline, Readable } from 'node:stream'
import { stringify } from 'csv-stringify'
import type { AuditEvent } from '../impersonation/audit-event.ts'
import { escapeUnseen } from '../impersonation/printable.ts'
import { presentAuditEvent } from './present.ts'

/** Events as they travel, one line each; when the stream is closed early, reading stops. */
export function exportStream(
  events: AsyncIterable<AuditEvent>,
  format: 'csv' | 'ndjson',
): Readable {
  const read = { highWaterMark: 16 }
  if (format === 'ndjson') return Readable.from(toLines(events), read)
  const csv = stringify({
    header: true,
    escape_formulas: true,
    record_delimiter: 'windows',
    // By itself it quotes whole line ends only, which RFC 4180 readers take apart.
    quoted_match: /[\r\n]/,
    cast: { object: (value) => escapeUnseen(JSON.stringify(value)), string: escapeFormula },
  })
  // Unlike `pipe`, this closes the source with its destination; the destination's error is Koa's.
  pipeline(Readable.from(toRows(events), read), csv, () => undefined)
  return csv
}

/**
 * A cell that begins like a formula would be run by a spreadsheet (CWE-1236). The library knows most
 * of them; programs that skip a NUL, or read a minus sign as a minus, know these two.
 */
const escapeFormula = (value: string): string => (/^[\0\u2212]/.test(value) ? `'${value}` : value)

async function* toLines(events: AsyncIterable<AuditEvent>): AsyncIterable<string> {
  for await (const event of events) {
    yield `${escapeUnseen(JSON.stringify(presentAuditEvent(event)))}\n`
  }
}

async function* toRows(events: AsyncIterable<AuditEvent>): AsyncIterable<object> {
  for await (const event of events) yield presentAuditEvent(event)
}
