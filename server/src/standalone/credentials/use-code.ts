import type { Account } from '../../index.ts'
import { ConditionLost } from '../../index.ts'
import { stepOf } from './one-time-password.ts'
import type { Parts } from '../parts.ts'

/** Whether the code is right and was not used before; of two at once only one is accepted. */
export async function useCode(
  { storage, box, clock }: Pick<Parts, 'storage' | 'box' | 'clock'>,
  account: Account,
  code: string,
): Promise<boolean> {
  const factor = await storage.secondFactors.find(account.sub)
  if (factor === undefined) return false
  const step = stepOf(code, box.open(factor.sealedSecret), factor.lastStep, clock())
  if (step === null) return false
  try {
    await storage.unitOfWork.run(() => storage.secondFactors.useStep(account.sub, step))
    return true
  } catch (error) {
    if (error instanceof ConditionLost) return false
    throw error
  }
}
