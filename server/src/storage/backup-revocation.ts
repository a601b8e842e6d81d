import { sql } from 'kysely'
import type { Database } from './database.ts'
import type { Writer } from './unit-of-work.ts'

/** What a database that was put back must forget: it may have been used, ended or told meanwhile. */
export interface Revocation {
  /**
   * Makes worthless whatever somebody could still hold: sessions, grants, tokens, codes; and keeps
   * from being sent again what the database takes for not sent yet.
   *
   * @param step the last time step of one-time passwords that is not accepted any more.
   */
  revokeEverything(at: number, step: number): Promise<void>
}

export const createRevocation = ({ kysely }: Database, writer: Writer): Revocation => ({
  async revokeEverything(at, step) {
    const sealed = sql<number>`(select coalesce(max(seq), 0) from audit_seal)`
    const statements = [
      // What was used up is the one thing worth remembering.
      kysely.deleteFrom('oidc_model').where('model', '<>', 'ReplayDetection'),
      kysely
        .updateTable('second_factor')
        .set({ last_step: step })
        .where((row) => row.or([row('last_step', 'is', null), row('last_step', '<', step)])),
      // Which of them were used since, nobody knows.
      kysely.updateTable('recovery_code').set({ used_at: at }).where('used_at', 'is', null),
      kysely
        .updateTable('consent_request')
        .set({ status: 'expired' })
        .where('status', '=', 'pending'),
      kysely
        .updateTable('mail')
        .set({ failed_at: at, last_error: 'restored from a backup' })
        .where('sent_at', 'is', null)
        .where('failed_at', 'is', null),
      // An end may be told twice, rather than never: its message has the same id.
      kysely.deleteFrom('webhook_delivery').where('event', '=', 'impersonation.started'),
      kysely
        .updateTable('webhook_endpoint')
        .set({ audit_seq: sealed })
        .where('audit_seq', '<', sealed),
      kysely.deleteFrom('lease'),
    ]
    await writer.write(statements.map((statement) => statement.compile()))
  },
})
