import type { Adapter, AdapterConstructor, AdapterFactory } from 'oidc-provider'
import type { ModelStore, ModelStores } from '../ports/model-store.ts'
import type { Ports } from '../ports/ports.ts'
import { endImpersonation } from '../operations/end-impersonation.ts'
import { verifyLiveness } from '../operations/verify-liveness.ts'
import { currentRequest, isImpersonated, isImpersonationId } from './request.ts'

/**
 * Sends the grants and tokens of impersonations to our store, and everything else to the host's
 * adapter untouched. Without a host's adapter our store takes it all.
 */
export function impersonationAdapter(
  ports: Ports,
  models: ModelStores,
  host: AdapterConstructor | AdapterFactory | undefined,
): AdapterFactory {
  return (name) => {
    const ours = models(name) as ModelStore & Adapter
    const theirs = host === undefined ? ours : instantiate(host, name)
    if (name === 'Grant') return grantAdapter(ports, ours, theirs)
    if (name === 'AccessToken' || name === 'RefreshToken') return tokenAdapter(ours, theirs)
    return theirs
  }
}

/** oidc-provider takes a class or a factory; only functions with a prototype can be classes. */
function instantiate(host: AdapterConstructor | AdapterFactory, name: string): Adapter {
  const isClass = typeof host.prototype === 'object' && host.prototype !== null
  return isClass ? new (host as AdapterConstructor)(name) : (host as AdapterFactory)(name)
}

/** The grant is the kill switch: looking it up asks for liveness, destroying it ends the impersonation. */
function grantAdapter(ports: Ports, ours: ModelStore & Adapter, theirs: Adapter): Adapter {
  const choose = (id: string): Adapter => (isImpersonationId(id) ? ours : theirs)
  return {
    ...passOn(theirs),
    upsert: (id, payload, expiresIn) => choose(id).upsert(id, payload, expiresIn),

    async find(id) {
      if (!isImpersonationId(id)) return theirs.find(id)
      const impersonation = await ports.impersonations.find(id)
      if (impersonation === undefined) return undefined
      const request = currentRequest()
      const subject = await verifyLiveness(ports, impersonation, request?.origin ?? null)
      if (subject === undefined) return undefined
      if (request !== undefined) request.impersonation = impersonation
      return ours.find(id)
    },

    async destroy(id) {
      if (!isImpersonationId(id)) return theirs.destroy(id)
      const impersonation = await ports.impersonations.find(id)
      if (impersonation === undefined) return
      const request = currentRequest()
      // At the token endpoint only a replay destroys a grant (RFC 9700 §4.14.2).
      const reused = request?.ctx.oidc.route === 'token'
      const why = reused ? 'reuse_detected' : 'token_revoked'
      await endImpersonation(ports, impersonation, why, { origin: request?.origin ?? null })
    },
  }
}

/**
 * Tokens of impersonations outlive their grant, unusable, until they expire: so that "ended" can be
 * told from "unknown", and a replay from a guess.
 */
function tokenAdapter(ours: ModelStore & Adapter, theirs: Adapter): Adapter {
  const choose = async (id: string): Promise<Adapter> =>
    theirs === ours || (await ours.find(id)) !== undefined ? ours : theirs
  return {
    ...passOn(theirs),
    upsert: (id, payload, expiresIn) =>
      (isImpersonated(payload) ? ours : theirs).upsert(id, payload, expiresIn),
    async find(id) {
      const stored = await ours.find(id)
      if (stored === undefined) return theirs === ours ? undefined : theirs.find(id)
      const request = currentRequest()
      if (request !== undefined && isImpersonated(stored)) request.shown = stored.grantId ?? null
      return stored
    },
    consume: async (id) => (await choose(id)).consume(id),
    async destroy(id) {
      const stored = await ours.find(id)
      if (stored === undefined || !isImpersonated(stored)) await theirs.destroy(id)
    },
    async revokeByGrantId(grantId) {
      if (!isImpersonationId(grantId)) await theirs.revokeByGrantId(grantId)
    },
  }
}

/** The members of a host's adapter, which may be an instance of a class, bound to it. */
const passOn = (adapter: Adapter): Adapter => ({
  upsert: (id, payload, expiresIn) => adapter.upsert(id, payload, expiresIn),
  find: (id) => adapter.find(id),
  findByUid: (uid) => adapter.findByUid(uid),
  findByUserCode: (userCode) => adapter.findByUserCode(userCode),
  consume: (id) => adapter.consume(id),
  destroy: (id) => adapter.destroy(id),
  revokeByGrantId: (grantId) => adapter.revokeByGrantId(grantId),
})
