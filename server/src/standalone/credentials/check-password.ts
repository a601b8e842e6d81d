import type { Account } from '../../index.ts'
import type { Parts } from '../parts.ts'
import { verifyPassword } from './passwords.ts'

/** One answer and one duration for an unknown e-mail, a wrong password and a disabled account. */
export async function checkPassword(
  { storage }: Pick<Parts, 'storage'>,
  email: string,
  password: string,
): Promise<Account | undefined> {
  const known = await storage.accounts.findCredentials(email)
  const matches = await verifyPassword(known?.passwordHash, password.slice(0, 1024))
  return matches && known?.account.status === 'active' ? known.account : undefined
}
