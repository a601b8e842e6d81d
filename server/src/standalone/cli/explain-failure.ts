import { stripVTControlCharacters } from 'node:util'
import type { Denied, DescribedImpersonation } from '../../index.ts'
import { UsageError } from './usage-error.ts'

/** What a failure says to the person at the terminal, and to the script around it. */
export interface Explained {
  readonly message: string
  /** 2 for a misunderstanding, 1 for everything else. */
  readonly exitCode: 1 | 2
}

export async function explainFailure(error: unknown): Promise<Explained> {
  if (isMisunderstanding(error)) {
    const message = stripVTControlCharacters(error.message).replace(/\.$/, '')
    return { message: `${message} (--help says how)`, exitCode: 2 }
  }
  const { Denied, StorageUnavailable } = await import('../../index.ts')
  const { messageOf } = await import('../administration/finding.ts')
  if (error instanceof Denied) return { message: await describeDenial(error), exitCode: 1 }
  if (error instanceof StorageUnavailable) {
    return { message: `The database cannot be used: ${messageOf(error)}`, exitCode: 1 }
  }
  // A line for each reason.
  if (error instanceof Error && error.name === 'ConfigurationError') {
    return { message: error.message, exitCode: 1 }
  }
  return { message: messageOf(error).replaceAll(/\s*\n\s*/g, ' '), exitCode: 1 }
}

/** citty does not export its own error. */
const isMisunderstanding = (error: unknown): error is Error =>
  error instanceof UsageError || (error instanceof Error && error.name === 'CLIError')

async function describeDenial({ denial }: Denied): Promise<string> {
  const { denials } = await import('../../index.ts')
  const { code, retryAfter, details } = denial
  const running = details?.['impersonation'] as DescribedImpersonation | undefined
  const more = [
    ...(retryAfter === undefined ? [] : [` Try again in ${retryAfter} seconds.`]),
    ...(running === undefined ? [] : [` It is ${running.impersonation.id}.`]),
  ]
  return `${denials[code][2]}${more.join('')} (${code})`
}
