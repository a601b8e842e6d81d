import type { Adapter, AdapterPayload } from 'oidc-provider'

/** The library's own memory adapter drops live tokens beyond 1000 entries, so it cannot be loaded. */
export class MapAdapter implements Adapter {
  static readonly #entries = new Map<string, AdapterPayload>()
  static readonly #grants = new Map<string, Set<string>>()
  readonly #model: string

  constructor(model: string) {
    this.#model = model
  }

  async upsert(id: string, payload: AdapterPayload): Promise<void> {
    const key = this.#key(id)
    MapAdapter.#entries.set(key, payload)
    if (payload.grantId === undefined) return
    const members = MapAdapter.#grants.get(payload.grantId)
    if (members === undefined) MapAdapter.#grants.set(payload.grantId, new Set([key]))
    else members.add(key)
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return MapAdapter.#entries.get(this.#key(id))
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return [...MapAdapter.#entries.values()].find((payload) => payload.uid === uid)
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return [...MapAdapter.#entries.values()].find((payload) => payload.userCode === userCode)
  }

  async consume(id: string): Promise<void> {
    const payload = MapAdapter.#entries.get(this.#key(id))
    if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1_000)
  }

  async destroy(id: string): Promise<void> {
    const key = this.#key(id)
    const grantId = MapAdapter.#entries.get(key)?.grantId
    MapAdapter.#entries.delete(key)
    if (grantId !== undefined) MapAdapter.#grants.get(grantId)?.delete(key)
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    const members = MapAdapter.#grants.get(grantId) ?? []
    for (const key of members) MapAdapter.#entries.delete(key)
    MapAdapter.#grants.delete(grantId)
  }

  #key(id: string): string {
    return `${this.#model}:${id}`
  }
}
