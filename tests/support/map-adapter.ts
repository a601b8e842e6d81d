import type { Adapter, AdapterConstructor, AdapterPayload } from 'oidc-provider'

export interface MapAdapter {
  readonly Adapter: AdapterConstructor
  /** What is kept, by `<model>:<id>`. */
  readonly rows: Map<string, AdapterPayload>
}

/** The adapter a host may have had before it heard of us: a class, whose methods need their `this`. */
export function mapAdapter(): MapAdapter {
  const rows = new Map<string, AdapterPayload>()

  class HostAdapter implements Adapter {
    readonly #name: string

    constructor(name: string) {
      this.#name = name
    }

    async upsert(id: string, payload: AdapterPayload): Promise<void> {
      rows.set(`${this.#name}:${id}`, payload)
    }

    async find(id: string): Promise<AdapterPayload | undefined> {
      return rows.get(`${this.#name}:${id}`)
    }

    async findByUid(uid: string): Promise<AdapterPayload | undefined> {
      return this.#all().find((payload) => payload.uid === uid)
    }

    async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
      return this.#all().find((payload) => payload.userCode === userCode)
    }

    async consume(id: string): Promise<void> {
      const payload = rows.get(`${this.#name}:${id}`)
      if (payload !== undefined) payload.consumed = Math.floor(Date.now() / 1000)
    }

    async destroy(id: string): Promise<void> {
      rows.delete(`${this.#name}:${id}`)
    }

    async revokeByGrantId(grantId: string): Promise<void> {
      for (const [key, payload] of rows) {
        if (key.startsWith(`${this.#name}:`) && payload.grantId === grantId) rows.delete(key)
      }
    }

    #all(): AdapterPayload[] {
      return [...rows].filter(([key]) => key.startsWith(`${this.#name}:`)).map(([, row]) => row)
    }
  }

  return { Adapter: HostAdapter, rows }
}
