import { randomBytes } from 'node:crypto'
import type { RegisteredApp } from '../../index.ts'
import { ConditionLost } from '../../index.ts'
import { hashSecret } from '../oidc/client-adapter.ts'
import type { Parts } from '../parts.ts'
import type { NewApp } from './new-app.ts'
import { Refusal } from './refusal.ts'
import type { Requester } from './requester.ts'
import { note } from './requester.ts'

export interface CreatedApp {
  readonly app: RegisteredApp
  /** Of a confidential client; it is kept as a hash only. */
  readonly secret: string | null
}

/** @throws Refusal when there is one already. */
export async function createApp(
  parts: Parts,
  wanted: NewApp,
  requester: Requester,
): Promise<CreatedApp> {
  const { storage, clock } = parts
  const secret = wanted.type === 'spa' ? null : randomBytes(32).toString('base64url')
  const app = toRegisteredApp(wanted, secret)
  try {
    await storage.unitOfWork.run(async () => {
      await storage.apps.add(app, clock())
      await note(parts, requester, {
        action: 'app.created',
        app: app.clientId,
        details: { type: app.type },
      })
    })
  } catch (error) {
    if (!(error instanceof ConditionLost)) throw error
    throw new Refusal(`An app ${app.clientId} is there already.`)
  }
  return { app, secret }
}

function toRegisteredApp(wanted: NewApp, secret: string | null): RegisteredApp {
  const scope = wanted.scope ?? (wanted.type === 's2s' ? '' : 'openid profile email')
  return {
    clientId: wanted.clientId,
    name: wanted.name,
    type: wanted.type,
    enabled: true,
    requireConsent: wanted.requireConsent,
    redirectUris: wanted.redirectUris,
    postLogoutRedirectUris: wanted.postLogoutRedirectUris,
    scope,
    writeScopes: wanted.writeScopes ?? scope.split(' ').filter((word) => word.endsWith(':write')),
    resources: wanted.resources,
    secretHash: secret === null ? null : hashSecret(secret),
    serviceScope: wanted.serviceScope,
    grantTypes: grantTypesOf(wanted, scope),
    idTokenAlg: 'ES256',
    introspectsAll: wanted.introspectsAll,
  }
}

function grantTypesOf({ type, serviceScope }: NewApp, scope: string): string[] {
  const refreshes = type === 'spa' || scope.split(' ').includes('offline_access')
  return [
    ...(type === 's2s' ? [] : ['authorization_code']),
    ...(type !== 's2s' && refreshes ? ['refresh_token'] : []),
    ...(serviceScope === '' ? [] : ['client_credentials']),
  ]
}
