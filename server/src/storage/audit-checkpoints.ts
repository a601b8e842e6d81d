import { hash } from 'node:crypto'
import type { AuditStatements, KeptStatement } from '../ports/audit-seal.ts'
import type { Clock } from '../ports/clock.ts'
import type { Database } from './database.ts'
import { fencedBy } from './lease.ts'
import { prepare } from './statement.ts'
import type { Writer } from './unit-of-work.ts'

interface Row {
  readonly seq: number
  readonly jws: string
}

export function createAuditCheckpoints(
  database: Database,
  writer: Writer,
  clock: Clock,
): AuditStatements {
  const { kysely } = database
  const fence = fencedBy(database, clock)
  const checkpoints = kysely.selectFrom('audit_checkpoint').select(['seq', 'jws'])
  const last = prepare<object, Row>(() => checkpoints.orderBy('seq', 'desc').limit(1))
  const from = prepare<{ seq: number; limit: number }, Row>((slot) =>
    checkpoints.where('seq', '>=', slot('seq')).orderBy('seq').limit(slot('limit')),
  )
  const tombstone = prepare<object, Row>(() =>
    kysely
      .selectFrom('audit_tombstone')
      .select(['through as seq', 'jws'])
      .orderBy('through', 'desc')
      .limit(1),
  )
  return {
    lastCheckpoint: async () => (await database.rows(last({}))).map(toStatement).at(0),
    checkpointsFrom: async (seq, limit) =>
      (await database.rows(from({ seq, limit }))).map(toStatement),
    async addCheckpoint(seq, jws, lease) {
      const insert = kysely.insertInto('audit_checkpoint').values({ seq, jws }).compile()
      await database.apply([fence(lease), insert])
    },
    lastTombstone: async () => (await database.rows(tombstone({}))).map(toStatement).at(0),
    addTombstone: (through, jws) =>
      writer.write([kysely.insertInto('audit_tombstone').values({ through, jws }).compile()]),
  }
}

const toStatement = ({ seq, jws }: Row): KeptStatement => ({
  seq,
  jws,
  digest: hash('sha256', jws, 'base64url'),
})
