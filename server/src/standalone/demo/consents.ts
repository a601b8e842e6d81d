import { CUSTOMER_SCOPE } from './apps.ts'

/** What a demo customer allowed which app; times in days before the demo was made. */
export interface DemoConsent {
  readonly sub: string
  readonly app: string
  readonly scope: string
  readonly daysAgo: number
  readonly revokedDaysAgo: number | null
}

const READ_ONLY_SCOPE = 'openid profile email orders:read'

const to = (app: string, scope: string, given: Readonly<Record<string, number>>): DemoConsent[] =>
  Object.entries(given).map(([key, daysAgo]) => ({
    sub: `usr_${key}`,
    app,
    scope,
    daysAgo,
    revokedDaysAgo: null,
  }))

/** Fractions of days keep apart what was given on the same day. */
export const demoConsents: readonly DemoConsent[] = [
  ...to('acme-portal', CUSTOMER_SCOPE, {
    jane: 141.3,
    omar: 96.6,
    aiko: 88.2,
    lucia: 60.4,
    amina: 45.7,
    fatima: 31.5,
    ananya: 9.4,
    pablo: 6.3,
  }),
  ...to('acme-billing', CUSTOMER_SCOPE, {
    jane: 120.1,
    aiko: 80.6,
    kwame: 52.9,
    camila: 11.2,
    thandiwe: 3.6,
  }),
  ...to('acme-billing', READ_ONLY_SCOPE, { priya: 37.8, minh: 7.7 }),
  {
    sub: 'usr_lucia',
    app: 'acme-billing',
    scope: CUSTOMER_SCOPE,
    daysAgo: 40.2,
    revokedDaysAgo: 4.8,
  },
]
