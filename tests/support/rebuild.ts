import type { Storage } from 'understudy'
import { createImpersonation } from 'understudy'
import { createDirectory } from '../../server/src/standalone/directory.ts'
import { apiResourceOf } from '../../server/src/standalone/open-parts.ts'
import type { Parts } from '../../server/src/standalone/parts.ts'

/** The ready-made server's parts with some of its stores replaced. */
export function withStores(parts: Parts, change: (storage: Storage) => Partial<Storage>): Parts {
  const { settings, server, clock, log } = parts
  const storage = { ...parts.storage, ...change(parts.storage) }
  const impersonation = createImpersonation({
    stores: storage,
    directory: createDirectory(storage, clock),
    settings,
    resource: apiResourceOf(server.issuer),
    clock,
    alarm: (what, error) => {
      log.error({ err: error, alarm: true }, what)
    },
  })
  return { ...parts, storage, impersonation }
}
