import type { App } from '../api/apps.ts'

/** Whether somebody can be impersonated there at all. */
export const isEligible = ({ type, enabled, redirect_uris: uris }: App): boolean =>
  type === 'spa' && enabled && uris.length > 0

/** The app that is proposed: one that everybody can be impersonated in, if there is any. */
export const firstChoice = (apps: readonly App[]): App | undefined =>
  apps.find((app) => !app.require_consent) ?? apps[0]
