import type { Account, Actor } from '../../index.ts'
import { checkPassword } from '../check-password.ts'
import { noteWrongAttempt, secondsToWait } from '../interactions/login-limits.ts'
import type { Parts } from '../parts.ts'
import { useCode } from '../use-code.ts'
import { Refusal } from './refusal.ts'
import type { Requester } from './requester.ts'
import { note, noteRefused } from './requester.ts'

/** Asked one after the other, and only for what is needed. */
export interface Answers {
  password(): Promise<string>
  code(): Promise<string>
}

const NOWHERE = { requestId: null, ip: null, userAgent: null }

/**
 * Recognises an administrator away from the login page, by the same password, code and limits. The
 * code is asked for where one is enrolled; whether that is enough is the policy's business.
 *
 * @throws Refusal wrong_credentials
 */
export async function signIn(
  parts: Parts,
  email: string,
  answers: Answers,
  requester: Requester,
): Promise<Actor> {
  await refuseGuessing(parts, email)
  const account = await checkPassword(parts, email, await answers.password())
  if (account === undefined) {
    await noteWrongAttempt(parts, email, NOWHERE)
    await noteRefused(parts, requester, { action: 'login.failed', email })
    throw new Refusal('wrong_credentials', 'The e-mail or the password is wrong.')
  }
  const factor = await parts.storage.secondFactors.find(account.sub)
  if (factor !== undefined) await requireCode(parts, account, answers, requester)
  const now = parts.clock()
  await parts.storage.unitOfWork.run(async () => {
    await parts.storage.accounts.noteLogin(account.sub, now)
    await note(parts, requester, {
      action: 'login.succeeded',
      actor: account.sub,
      organization: account.organization?.id ?? null,
      details: { amr: factor === undefined ? ['pwd'] : ['pwd', 'otp'] },
    })
  })
  return { account, mfaAt: factor === undefined ? null : Math.floor(now / 1000), session: null }
}

async function requireCode(
  parts: Parts,
  account: Account,
  answers: Answers,
  requester: Requester,
): Promise<void> {
  const about = { actor: account.sub, details: { method: 'otp' } }
  const code = (await answers.code()).replaceAll(/\s/g, '')
  if (await useCode(parts, account, code)) {
    await note(parts, requester, { action: 'mfa.succeeded', ...about })
    return
  }
  await noteWrongAttempt(parts, account.email, NOWHERE)
  await noteRefused(parts, requester, { action: 'mfa.failed', ...about })
  throw new Refusal('wrong_credentials', 'The code is wrong, or it was used already.')
}

async function refuseGuessing(parts: Parts, email: string): Promise<void> {
  const wait = await secondsToWait(parts, email, NOWHERE)
  if (wait === null) return
  throw new Refusal('wrong_credentials', `Too many wrong attempts. Try again in ${wait} seconds.`)
}
