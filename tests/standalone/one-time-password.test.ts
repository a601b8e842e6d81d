import { describe, expect, it } from 'vitest'
import {
  lastUsableStep,
  stepOf,
  unusedCode,
} from '../../server/src/standalone/credentials/one-time-password.ts'

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const STEP = 59_000_000
const STARTS = STEP * 30_000
const ENDS = STARTS + 29_999

describe('A one-time password', () => {
  it.each([
    ['at the start of its step', STARTS],
    ['at the very end of it', ENDS],
  ])('offered %s is accepted for half a minute more', (_when, now) => {
    const code = unusedCode(SECRET, null, now) ?? ''
    expect(stepOf(code, SECRET, null, now)).toBe(STEP)
    expect(stepOf(code, SECRET, null, now + 30_000)).toBe(STEP)
  })

  it('is offered twice, and then the next step is waited for', () => {
    const second = unusedCode(SECRET, STEP, STARTS) ?? ''
    expect(stepOf(second, SECRET, STEP, STARTS)).toBe(STEP + 1)
    expect(unusedCode(SECRET, STEP + 1, STARTS)).toBeNull()
    expect(unusedCode(SECRET, STEP + 1, ENDS + 1)).not.toBeNull()
  })

  it('is accepted one step early or late, and not two', () => {
    const code = unusedCode(SECRET, null, STARTS) ?? ''
    const accepted = [-2, -1, 0, 1, 2].map((steps) =>
      stepOf(code, SECRET, null, STARTS + steps * 30_000),
    )
    expect(accepted).toEqual([null, STEP, STEP, STEP, null])
  })

  it('is accepted once, and after it none of an earlier step', () => {
    const code = unusedCode(SECRET, null, STARTS) ?? ''
    expect(stepOf(code, SECRET, STEP, STARTS)).toBeNull()
    expect(stepOf(code, SECRET, lastUsableStep(STARTS), STARTS)).toBeNull()
  })
})
