/** The panel's own pages. */
export const to = {
  overview: '/',
  users: '/users',
  user: (sub: string): string => `/users/${encodeURIComponent(sub)}`,
  apps: '/applications',
  impersonations: '/impersonations',
  audit: '/audit',
  settings: '/settings',
} as const

/** The sign-in, from which the browser comes back to where it was. */
export function signInAddress(stepUp = false, back: string = here()): string {
  const query = new URLSearchParams({ return_to: back, ...(stepUp && { step_up: '1' }) })
  return `/auth/login?${query.toString()}`
}

const here = (): string => location.pathname + location.search
