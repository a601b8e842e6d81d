import type { Account, RegisteredApp } from '../../index.ts'
import type { Parts } from '../parts.ts'
import { Refusal } from './refusal.ts'

/** @throws Refusal when there is none. */
export async function knownAccount(
  { storage }: Pick<Parts, 'storage'>,
  sub: string,
): Promise<Account> {
  const account = await storage.accounts.find(sub)
  if (account === undefined) throw new Refusal(`There is no account ${sub}.`)
  return account
}

/** @throws Refusal when there is none. */
export async function knownApp(
  { storage }: Pick<Parts, 'storage'>,
  clientId: string,
): Promise<RegisteredApp> {
  const app = await storage.apps.find(clientId)
  if (app === undefined) throw new Refusal(`There is no app ${clientId}.`)
  return app
}
