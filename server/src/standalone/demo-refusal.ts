import type { Storage } from '../index.ts'
import { hashSecret } from './client-adapter.ts'
import { ConfigurationError } from './policy-settings.ts'

const DEMO_CLIENTS = ['admin-panel', 'acme-backend', 'acme-readonly', 'acme-web']

/** The demo's secrets are printed in its manual: a production server with any of them is open. */
export async function refuseDemoData(storage: Storage): Promise<void> {
  for (const clientId of DEMO_CLIENTS) {
    const app = await storage.apps.find(clientId)
    if (app?.secretHash === hashSecret(`${clientId}-secret`)) {
      throw new ConfigurationError(
        `NODE_ENV: the database holds the demo's data (${clientId}); production refuses it`,
      )
    }
  }
}
