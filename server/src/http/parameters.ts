import { z } from 'zod'
import { printable } from '../impersonation/printable.ts'
import type { CountedPageRequest } from '../operations/counted-page.ts'

/** An id as OIDC Core §2 has it: printable ASCII, at most 255 characters. Anything else is nobody's. */
const ID = /^[\x21-\x7e]{1,255}$/

export const idOrNull = (value: string | undefined): string | null =>
  value !== undefined && ID.test(value) ? value : null

export const id: z.ZodString = z.string().regex(ID)

/** Text that people wrote or left blank: NFC, trimmed, in code points, without control characters. */
export const blankableText = (longest: number): z.ZodType<string> =>
  z
    .string()
    .refine((value) => value.isWellFormed())
    .transform((value) => value.normalize('NFC').trim())
    .refine((value) => [...value].length <= longest)
    .refine((value) => !/(?![\n\t])\p{Cc}/u.test(value))
    .meta({ description: `at most ${longest} code points`, override: { type: 'string' } })

/** The same, of which something can be seen. */
export const text = (longest: number): z.ZodType<string> =>
  blankableText(longest)
    .refine((value) => /[^\p{Cf}\p{Z}]/u.test(value))
    .meta({ description: `1 to ${longest} code points`, override: { type: 'string' } })

const LONGEST_ROUTE = 500

/**
 * What a program reports of itself is made harmless, not refused: one odd route would cost every
 * event that was reported along with it.
 */
const harmless = (value: string, longest: number): string =>
  [...printable(value.toWellFormed().trim())].slice(0, longest).join('')

/** The pattern of a route, which begins with a slash; `*` stands for none. */
export const reportedRoute: z.ZodType<string> = z
  .string()
  .transform((value) => (/^\s*\/|^\s*\*?\s*$/.test(value) ? value : `/${value.trimStart()}`))
  .transform((value) => harmless(value, LONGEST_ROUTE) || '*')
  .meta({ description: `at most ${LONGEST_ROUTE} code points`, override: { type: 'string' } })

export const reportedId: z.ZodType<string | null> = z
  .string()
  .transform((value) => harmless(value, 100) || null)
  .meta({ description: 'at most 100 code points', override: { type: 'string' } })

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

/** Lists that can be long tell how many there are only when asked: it costs a second query. */
export const totalling: { total: z.ZodType<boolean | undefined> } = {
  total: z
    .enum(['true', 'false'])
    .transform((value) => value === 'true')
    .meta({ description: 'also count all that match', override: { type: 'boolean' } })
    .optional(),
}

export const pageOf = (query: {
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
  readonly total?: boolean | undefined
}): CountedPageRequest => ({
  cursor: query.cursor ?? null,
  limit: query.limit ?? 25,
  total: query.total ?? false,
})

export const instant: z.ZodType<number> = z.iso
  .datetime({ offset: true })
  .transform((value) => Date.parse(value))
  .refine((value) => value >= 0)
  .meta({ override: { type: 'string', format: 'date-time' } })
