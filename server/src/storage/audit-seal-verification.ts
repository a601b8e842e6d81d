import type { ProblemKind } from '../impersonation/audit-chain.ts'
import type { AuditSeal } from '../ports/audit-seal.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'
import { prepare } from './statement.ts'

type Row = Schema['audit_verification']

/** How the last verification of the whole chain went, for whoever wants to know without repeating it. */
export function createAuditVerifications(
  database: Database,
): Pick<AuditSeal, 'lastVerification' | 'noteVerification'> {
  const { kysely } = database
  const read = prepare<object, Row>(() => kysely.selectFrom('audit_verification').selectAll())
  return {
    async lastVerification() {
      const [row] = await database.rows(read({}))
      if (row === undefined) return undefined
      const { seq, at, problem, problem_seq: problemSeq } = row
      return {
        seq,
        at,
        problem: problem === null ? null : { kind: problem as ProblemKind, seq: problemSeq ?? 0 },
      }
    },
    async noteVerification({ seq, at, problem }) {
      const row = { seq, at, problem: problem?.kind ?? null, problem_seq: problem?.seq ?? null }
      const insert = kysely.insertInto('audit_verification').values({ id: 1, ...row })
      await database.apply([
        insert.onConflict((conflict) => conflict.column('id').doUpdateSet(row)).compile(),
      ])
    },
  }
}
