import { z } from 'zod'
import type { PageRequest } from '../ports/page.ts'

/** An id as OIDC Core §2 has it: printable ASCII, at most 255 characters. Anything else is nobody's. */
const ID = /^[\x21-\x7e]{1,255}$/

export const idOrNull = (value: string | undefined): string | null =>
  value !== undefined && ID.test(value) ? value : null

export const id: z.ZodString = z.string().regex(ID)

/** Text that people wrote: NFC, trimmed, visible, in code points, without control characters. */
export const text = (longest: number): z.ZodType<string> =>
  z
    .string()
    .refine((value) => value.isWellFormed())
    .transform((value) => value.normalize('NFC').trim())
    .refine((value) => [...value].length <= longest && /[^\p{Cf}\p{Z}]/u.test(value))
    .refine((value) => !/(?![\n\t])\p{Cc}/u.test(value))
    .meta({ description: `1 to ${longest} code points`, override: { type: 'string' } })

const limit = z
  .string()
  .regex(/^(?:[1-9]\d?|100)$/)
  .transform(Number)
  .meta({ description: '1 to 100, default 25', override: { type: 'integer', default: 25 } })

/** The members every list takes. */
export const paging: {
  cursor: z.ZodType<string | undefined>
  limit: z.ZodType<number | undefined>
} = {
  cursor: z.string().max(600).optional().meta({ description: 'next_cursor of the page before' }),
  limit: limit.optional(),
}

export const pageOf = (query: {
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}): PageRequest => ({ cursor: query.cursor ?? null, limit: query.limit ?? 25 })

export const instant: z.ZodType<number> = z.iso
  .datetime({ offset: true })
  .transform((value) => Date.parse(value))
  .refine((value) => value >= 0)
  .meta({ override: { type: 'string', format: 'date-time' } })
