import type { App } from '../impersonation/app.ts'
import type { Ports } from '../ports/ports.ts'
import { Denied } from './denied.ts'

/** @throws Denied NOT_FOUND */
export async function readApp(ports: Ports, clientId: string | null): Promise<App> {
  const app = clientId === null ? undefined : await ports.directory.findApp(clientId)
  if (app === undefined) throw new Denied('NOT_FOUND')
  return app
}
