import { ConditionLost } from '../ports/unit-of-work.ts'
import type { Database } from './database.ts'
import type { Writer } from './unit-of-work.ts'

/** Codes for whoever has lost the telephone. Hashed by whoever draws them; each is used once. */
export interface RecoveryCodes {
  countUnused(sub: string): Promise<number>
  /** Takes the place of all codes there were; an empty list leaves none. */
  replace(sub: string, hashes: readonly string[]): Promise<void>
  /** The unit fails with `ConditionLost('consumed')` when there is no such unused code. */
  use(sub: string, hash: string, at: number): Promise<void>
}

export function createRecoveryCodes(database: Database, writer: Writer): RecoveryCodes {
  const { kysely } = database
  return {
    async countUnused(account) {
      const query = kysely.selectFrom('recovery_code').select('hash')
      const unused = query.where('account', '=', account).where('used_at', 'is', null)
      return (await database.rows(unused.compile())).length
    },
    async replace(account, hashes) {
      const deletion = kysely.deleteFrom('recovery_code').where('account', '=', account)
      const inserts = hashes.map((hash) =>
        kysely.insertInto('recovery_code').values({ account, hash, used_at: null }).compile(),
      )
      await writer.write([deletion.compile(), ...inserts])
    },
    async use(account, hash, at) {
      const update = kysely.updateTable('recovery_code').set({ used_at: at })
      const query = update
        .where('account', '=', account)
        .where('hash', '=', hash)
        .where('used_at', 'is', null)
      await writer.write([{ ...query.compile(), onMiss: () => new ConditionLost('consumed') }])
    },
  }
}
