import { parseArgs } from 'node:util'
import type { ArgsDef, CommandDef, SubCommandsDef } from 'citty'
import { defineCommand } from 'citty'
import type { z } from 'zod'
import { UsageError } from './usage-error.ts'

/** What was typed, by key: `--client-id` is `clientId`, a repeatable `--role` is `roles`. */
export type Typed = Readonly<Record<string, unknown>>

export interface Command<Input> {
  /** As it is typed, `understudy user create`. */
  readonly name: string
  readonly description: string
  readonly args?: ArgsDef
  /** Options that may be given more than once. */
  readonly repeatable?: readonly string[]
  /** Puts together what the schema is to judge, where that is more than what was typed. */
  readonly read?: (typed: Typed) => unknown
  readonly input: z.ZodType<Input>
  readonly run: (input: Input) => Promise<void>
}

/** citty finds the command and describes it; its reading of options overlooks unknown and repeated ones. */
export function command<Input>(spec: Command<Input>): CommandDef {
  const { name, description, args = {}, repeatable = [], read = (typed) => typed } = spec
  return defineCommand({
    meta: { name, description },
    args,
    async run({ rawArgs }) {
      const { typed, options } = readStrictly(rawArgs, args, repeatable)
      await spec.run(judge(spec.input, await read(typed), options))
    },
  })
}

/** A word that only leads to others. */
export const group = (
  name: string,
  description: string,
  subCommands: SubCommandsDef,
): CommandDef => ({ meta: { name, description }, subCommands })

const keyOf = (option: string, isRepeatable: boolean): string =>
  option.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase()) +
  (isRepeatable ? 's' : '')

interface Read {
  readonly typed: Typed
  /** The option or argument behind a key. */
  readonly options: ReadonlyMap<string, string>
}

function readStrictly(rawArgs: string[], args: ArgsDef, repeatable: readonly string[]): Read {
  const named = Object.entries(args).filter(([, arg]) => arg.type !== 'positional')
  const { values, positionals } = parse(rawArgs, named)
  const typed: Record<string, unknown> = {}
  const options = new Map<string, string>()
  for (const [option, { type }] of named) {
    const isRepeatable = repeatable.includes(option)
    const key = keyOf(option, isRepeatable)
    const given = values[option] as string[] | boolean[] | undefined
    options.set(key, `--${option}`)
    if (!isRepeatable && given !== undefined && given.length > 1) {
      throw new UsageError(`--${option} is given twice`)
    }
    if (isRepeatable) typed[key] = given ?? []
    else if (given !== undefined || type === 'boolean') typed[key] = given?.[0] ?? false
  }
  const places = Object.keys(args).filter((name) => args[name]?.type === 'positional')
  if (positionals.length > places.length) {
    throw new UsageError(`${positionals[places.length] ?? ''} is one word too many`)
  }
  for (const [index, place] of places.entries()) {
    options.set(place, place.toUpperCase())
    if (positionals[index] !== undefined) typed[place] = positionals[index]
  }
  return { typed, options }
}

function parse(
  args: string[],
  named: readonly (readonly [string, ArgsDef[string]])[],
): { values: Record<string, unknown>; positionals: string[] } {
  const options = Object.fromEntries(
    named.map(([option, { type }]) => [
      option,
      { type: type === 'boolean' ? ('boolean' as const) : ('string' as const), multiple: true },
    ]),
  )
  try {
    return parseArgs({ args, options, allowPositionals: true, strict: true })
  } catch (error) {
    const [sentence = ''] = (error as Error).message.split(/\n|\. /)
    throw new UsageError(sentence)
  }
}

function judge<Input>(
  schema: z.ZodType<Input>,
  value: unknown,
  options: ReadonlyMap<string, string>,
): Input {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const key = String(issue?.path[0] ?? '')
  throw new UsageError(`${options.get(key) ?? key}: ${issue?.message ?? 'is not possible'}`)
}
