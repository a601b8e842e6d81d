import type { ServerSettings } from '../configuration/server-settings.ts'

/** Whether mail is written at all: where nothing sends it, nobody should find it years later. */
export const keepsMail = ({ smtpUrl, demo }: Pick<ServerSettings, 'smtpUrl' | 'demo'>): boolean =>
  smtpUrl !== undefined || demo
