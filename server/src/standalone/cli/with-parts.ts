import type { Parts } from '../parts.ts'
import { complain } from './complain.ts'

/** Opens what the server would open, and closes it whatever happens. */
export async function withParts<T>(work: (parts: Parts) => Promise<T>): Promise<T> {
  const { openParts } = await import('../open-parts.ts')
  const parts = await openParts(process.env, { logTo: { write: complain } })
  try {
    return await work(parts)
  } finally {
    await parts.storage.close()
  }
}

/** The same with a provider, which issues tokens and knows who is signed in; nothing listens. */
export const withProvider = <T>(work: (parts: Parts) => Promise<T>): Promise<T> =>
  withParts(async (parts) => {
    const { createProvider } = await import('../oidc/create-provider.ts')
    await createProvider(parts)
    return work(parts)
  })
