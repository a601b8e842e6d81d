import { lookup as lookUp } from 'node:dns/promises'
import type { LookupAddress } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isIP } from 'node:net'
import { callbackify } from 'node:util'
import { loopbackNames } from '../web/loopback-names.ts'
import { isLoopbackAddress, isPublicAddress } from './public-address.ts'

/** The address behind a name is none that a webhook may be sent to. */
export class AddressRefused extends Error {
  override name = 'AddressRefused'
}

/** Finds every address of a name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>

export interface Reach {
  /** Whether the loopback may be reached, too: for whoever tries things out. */
  readonly loopback: boolean
  readonly resolve: Resolve
}

export const resolveWithDns: Resolve = (hostname) => lookUp(hostname, { all: true })

/** What is wrong with an endpoint's URL; `null` when nothing is. Names are looked at when they are used. */
export function refuseUrl(text: string, { loopback }: Pick<Reach, 'loopback'>): string | null {
  const url = URL.parse(text)
  if (url === null || text.length > 2000) return 'must be a URL'
  if (url.username !== '' || url.password !== '') return 'must not hold a user or a password'
  if (url.hash !== '') return 'must not have a fragment'
  if (loopback && loopbackNames.has(url.hostname) && /^https?:$/.test(url.protocol)) return null
  if (url.protocol !== 'https:') return 'must be https'
  // The parser has turned every way to write an address, 2130706433 say, into the usual one.
  const address = addressIn(url)
  return address === null || isPublicAddress(address) ? null : 'must not be a private address'
}

/** @throws AddressRefused */
export function refuseAddress(url: URL, reach: Pick<Reach, 'loopback'>): void {
  if (refuseUrl(url.href, reach) !== null) throw new AddressRefused(url.hostname)
}

/**
 * What a connection finds its address with: the addresses that are checked are the ones it connects
 * to, so that a name cannot mean something else a moment later (DNS rebinding).
 */
export function guardedLookup(url: URL, reach: Reach): LookupFunction {
  const mayBeLoopback = reach.loopback && loopbackNames.has(url.hostname)
  const isAllowed = mayBeLoopback ? isLoopbackAddress : isPublicAddress
  return (hostname, { all }, callback) => {
    const find = async (): Promise<readonly LookupAddress[]> => {
      const found = await reach.resolve(hostname)
      if (found.length > 0 && found.every(({ address }) => isAllowed(address))) return found
      throw new AddressRefused(hostname)
    }
    callbackify(find)((error, found) => {
      if (error !== null) callback(error, '')
      else if (all === true) callback(null, [...found])
      else callback(null, found[0]?.address ?? '', found[0]?.family)
    })
  }
}

function addressIn({ hostname }: URL): string | null {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1')
  return isIP(bare) === 0 ? null : bare
}
