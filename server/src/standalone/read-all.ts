import type { Page, PageRequest } from '../index.ts'

/** All items of a list, page after page. */
export async function readAll<Item>(
  list: (page: PageRequest) => Promise<Page<Item>>,
): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | null = null
  do {
    const page: Page<Item> = await list({ cursor, limit: 100 })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return items
}
