import { randomInt } from 'node:crypto'
import type { Account } from '../../index.ts'
import { ConditionLost } from '../../index.ts'
import { factorsOf, hasSecondFactor } from './factors.ts'
import type { Parts } from '../parts.ts'

const COUNT = 10
/** Without letters that look like digits. Ten of 32 are 50 bits. */
const LETTERS = 'abcdefghjkmnpqrstvwxyz0123456789'

/** `abcde-12345`, as shown once. */
export const drawRecoveryCodes = (): string[] =>
  Array.from({ length: COUNT }, () => `${draw(5)}-${draw(5)}`)

const draw = (length: number): string =>
  Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('')

/** Keyed: whoever has a copy of the database cannot try all the codes there are. */
export const hashRecoveryCode = ({ box }: Pick<Parts, 'box'>, sub: string, code: string): string =>
  box.sign(PURPOSE, textOf(sub, code))

const PURPOSE = 'recovery-code'

const textOf = (sub: string, code: string): string =>
  `${sub}/${code.toLowerCase().replaceAll(/[\s-]/g, '')}`

/** Whether this is one of the account's codes; it is none afterwards. */
export async function useRecoveryCode(
  parts: Pick<Parts, 'box' | 'storage' | 'clock'>,
  { sub }: Account,
  code: string,
): Promise<boolean> {
  const { storage, box, clock } = parts
  // Left over, it would be a door of its own for whoever has found the list.
  if (!hasSecondFactor(await factorsOf(storage, sub))) return false
  for (const hash of box.proofs(PURPOSE, textOf(sub, code))) {
    try {
      await storage.unitOfWork.run(() => storage.recoveryCodes.use(sub, hash, clock()))
      return true
    } catch (error) {
      if (!(error instanceof ConditionLost)) throw error
    }
  }
  return false
}
