/**
 * Read freely, write once: what stores are asked to write during `work` is collected, and applied in
 * one transaction when `work` is done. A run inside a run is a unit of its own. A store that is used
 * outside any run applies each write at once.
 */
export interface UnitOfWork {
  /**
   * @param extent asked after `work`: `endings` applies only what destroys, revokes or ends (and its
   *   audit), so that a refused request changes nothing but still loses what it must lose.
   * @throws ConditionLost, StorageUnavailable; then nothing of the unit was applied. What `work`
   *   throws is thrown on, and nothing is applied either.
   */
  run<T>(work: () => Promise<T>, extent?: () => 'everything' | 'endings'): Promise<T>
}

/** Somebody else was faster: the unit was refused as a whole. */
export class ConditionLost extends Error {
  override name = 'ConditionLost'
  readonly condition: 'consumed' | 'actor_busy' | 'exists' | 'changed' | 'limit'

  constructor(condition: ConditionLost['condition']) {
    super(condition)
    this.condition = condition
  }
}

/** The database cannot be read or written at the moment. `cause` says why. */
export class StorageUnavailable extends Error {
  override name = 'StorageUnavailable'
}
