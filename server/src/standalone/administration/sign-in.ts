import type { Account, Actor } from '../../index.ts'
import { checkPassword } from '../credentials/check-password.ts'
import { factorsOf, hasSecondFactor } from '../credentials/factors.ts'
import { attemptLogin } from '../interactions/login-limits.ts'
import type { Parts } from '../parts.ts'
import { useRecoveryCode } from '../credentials/recovery-codes.ts'
import { useCode } from '../credentials/use-code.ts'
import { Refusal } from './refusal.ts'
import type { Requester } from './requester.ts'
import { note, noteRefused, nowhere } from './requester.ts'

/** Asked one after the other, and only for what is needed. */
export interface Answers {
  password(): Promise<string>
  code(): Promise<string>
}

/**
 * Recognises an administrator away from the login page, by the same password, code and limits. The
 * code is asked for where one is enrolled; whether that is enough is the policy's business.
 *
 * @throws Refusal
 */
export async function signIn(
  parts: Parts,
  email: string,
  answers: Answers,
  requester: Requester,
): Promise<Actor> {
  const password = await answers.password()
  const account = await attempt(parts, email, () => checkPassword(parts, email, password))
  if (account === undefined) {
    await noteRefused(parts, requester, { action: 'login.failed', email })
    throw new Refusal('The e-mail or the password is wrong.')
  }
  const hasFactor = hasSecondFactor(await factorsOf(parts.storage, account.sub))
  if (hasFactor) await requireCode(parts, account, answers, requester)
  const now = parts.clock()
  await parts.storage.unitOfWork.run(async () => {
    await parts.storage.accounts.noteLogin(account.sub, now)
    await note(parts, requester, {
      action: 'login.succeeded',
      actor: account.sub,
      organization: account.organization?.id ?? null,
      details: { amr: hasFactor ? ['pwd', 'otp'] : ['pwd'] },
    })
  })
  return { account, mfaAt: hasFactor ? Math.floor(now / 1000) : null, session: null }
}

async function requireCode(
  parts: Parts,
  account: Account,
  answers: Answers,
  requester: Requester,
): Promise<void> {
  const organization = account.organization?.id ?? null
  const about = { actor: account.sub, organization, details: { method: 'otp' } }
  const code = (await answers.code()).replaceAll(/\s/g, '')
  const accepted = await attempt(
    parts,
    account.email,
    // A terminal has no passkeys: who has nothing else brings a recovery code.
    async () =>
      (await useCode(parts, account, code)) ||
      (await useRecoveryCode(parts, account, code)) ||
      undefined,
    'second-factor',
  )
  if (accepted !== undefined) {
    await note(parts, requester, { action: 'mfa.succeeded', ...about })
    return
  }
  await noteRefused(parts, requester, { action: 'mfa.failed', ...about })
  throw new Refusal('The code is wrong, or it was used already.')
}

/** Wrong guesses at a terminal count like those at the login page. */
async function attempt<T>(
  parts: Parts,
  email: string,
  check: () => Promise<T | undefined>,
  step?: 'second-factor',
): Promise<T | undefined> {
  const { wait, found } = await attemptLogin(parts, email, nowhere, check, step)
  if (wait === null) return found
  throw new Refusal(`Too many wrong attempts. Try again in ${wait} seconds.`)
}
