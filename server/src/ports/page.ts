/** Which part of a list is wanted; `cursor` is the `nextCursor` of the page before. */
export interface PageRequest {
  readonly cursor: string | null
  /** 1 to 100. */
  readonly limit: number
}

export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextCursor: string | null
}

/** The cursor is none that this list has given. */
export class CursorInvalid extends Error {
  override name = 'CursorInvalid'
}
