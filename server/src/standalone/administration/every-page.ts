import type { Page, PageRequest } from '../../index.ts'

/** All items of a list, read page by page so that memory stays flat. */
export async function* everyPage<Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
): AsyncGenerator<Item> {
  let cursor: string | null = null
  do {
    const page: Page<Item> = await list({ cursor, limit: 100 })
    yield* page.items
    cursor = page.nextCursor
  } while (cursor !== null)
}
