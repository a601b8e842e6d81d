import { ConditionLost } from '../ports/unit-of-work.ts'
import type { Database } from './database.ts'
import type { Schema } from './schema.ts'
import { prepare } from './statement.ts'
import type { Writer } from './unit-of-work.ts'

/** A time-based one-time password (RFC 6238). */
export interface SecondFactor {
  /** Encrypted by whoever enrolled it; this room cannot read it. */
  readonly sealedSecret: string
  /** The last time step a code was accepted for. */
  readonly lastStep: number | null
}

export interface SecondFactors {
  find(sub: string): Promise<SecondFactor | undefined>
  enrol(sub: string, sealedSecret: string, at: number): Promise<void>
  /** The unit fails with `ConditionLost('consumed')` when this step or a later one was used before. */
  useStep(sub: string, step: number): Promise<void>
  remove(sub: string): Promise<void>
}

export function createSecondFactors(database: Database, writer: Writer): SecondFactors {
  const { kysely } = database
  const find = prepare<{ account: string }, Schema['second_factor']>((slot) =>
    kysely.selectFrom('second_factor').selectAll().where('account', '=', slot('account')),
  )
  return {
    async find(account) {
      const [row] = await database.rows(find({ account }))
      return row && { sealedSecret: row.sealed_secret, lastStep: row.last_step }
    },
    async enrol(account, sealedSecret, at) {
      const fresh = { sealed_secret: sealedSecret, last_step: null, enrolled_at: at }
      const insert = kysely.insertInto('second_factor').values({ account, ...fresh })
      await writer.write([
        insert.onConflict((conflict) => conflict.column('account').doUpdateSet(fresh)).compile(),
      ])
    },
    async useStep(account, step) {
      const update = kysely
        .updateTable('second_factor')
        .set({ last_step: step })
        .where('account', '=', account)
        .where((row) => row.or([row('last_step', 'is', null), row('last_step', '<', step)]))
      await writer.write([{ ...update.compile(), onMiss: () => new ConditionLost('consumed') }])
    },
    async remove(account) {
      const deletion = kysely.deleteFrom('second_factor').where('account', '=', account)
      await writer.write([deletion.compile()])
    },
  }
}
