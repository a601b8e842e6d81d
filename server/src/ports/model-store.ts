/** Where an authorization server keeps one of its models; the shape of oidc-provider's adapter. */
export interface ModelStore {
  /** `expiresIn` in seconds. */
  upsert(id: string, payload: ModelPayload, expiresIn: number): Promise<void>
  find(id: string): Promise<ModelPayload | undefined>
  findByUid(uid: string): Promise<ModelPayload | undefined>
  findByUserCode(userCode: string): Promise<ModelPayload | undefined>
  /** The unit fails with `ConditionLost('consumed')` when it was consumed before. */
  consume(id: string): Promise<void>
  destroy(id: string): Promise<void>
  revokeByGrantId(grantId: string): Promise<void>
}

export interface ModelPayload {
  readonly [member: string]: unknown
  readonly grantId?: string
  readonly gty?: string
  readonly clientId?: string
}

export type ModelStores = (model: string) => ModelStore
