/** How many rows a page of a list has. */
export const LIMIT = 25

/** For lists that can be long: a page, and how many there are. */
export const COUNTED_PAGE: { readonly limit: number; readonly total: string } = {
  limit: LIMIT,
  total: 'true',
}
