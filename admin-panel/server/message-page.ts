import type { PanelDenialCode } from './denied.ts'

interface Message {
  readonly code: PanelDenialCode
  readonly description: string
  readonly requestId: string
}

const WAYS_ON: Partial<Record<PanelDenialCode, readonly [href: string, text: string]>> = {
  ACCESS_MISSING: ['/auth/login?switch=1', 'Sign in with another account'],
  SIGN_IN_FAILED: ['/auth/login', 'Sign in again'],
  ISSUER_UNAVAILABLE: ['/auth/login', 'Try again'],
}

const TEXTS: Partial<Record<PanelDenialCode, string>> = {
  ACCESS_MISSING: 'This account holds no role that may use the admin panel.',
}

/** For what goes wrong outside of the app: plain markup, without style or script, and nothing from outside. */
export function messagePage({ code, description, requestId }: Message): string {
  const [href, text] = WAYS_ON[code] ?? ['/', 'Go to the admin panel']
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<title>This did not work · Admin panel</title>',
    '<main>',
    '<h1>This did not work</h1>',
    `<p>${TEXTS[code] ?? description}</p>`,
    `<p><a href="${href}">${text}</a></p>`,
    `<p><small>${code} · ${requestId}</small></p>`,
    '</main>',
    '</html>',
    '',
  ].join('\n')
}
