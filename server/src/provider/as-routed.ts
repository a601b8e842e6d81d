/**
 * A path as the library's router reads it, which takes any case and a slash at the end: no way to
 * write an address may be a way around what stands in front of it.
 */
export const asRouted = (path: string): string => path.replace(/(?<=.)\/$/, '').toLowerCase()
