import type { PanelDenialCode } from './denied.ts'

interface Message {
  readonly code: PanelDenialCode
  readonly description: string
  readonly requestId: string
  readonly nonce: string
}

const WAYS_ON: Partial<Record<PanelDenialCode, readonly [href: string, text: string]>> = {
  ACCESS_MISSING: ['/auth/login?switch=1', 'Sign in with another account'],
  SIGN_IN_FAILED: ['/auth/login', 'Sign in again'],
  PANEL_REFUSED: ['/auth/login', 'Try again'],
  ISSUER_UNAVAILABLE: ['/auth/login', 'Try again'],
}

const TEXTS: Partial<Record<PanelDenialCode, string>> = {
  ACCESS_MISSING: 'This account holds no role that may use the admin panel.',
  PANEL_REFUSED:
    'The issuer refuses the panel itself. Tell whoever runs it: npx understudy doctor says more.',
}

/** The colours of the panel and of the issuer's pages. */
const STYLE = `
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f8f5ef; color: #1f1a12; font: 16px/1.5 system-ui, sans-serif }
main { box-sizing: border-box; width: min(100% - 32px, 420px); padding: 32px; border: 1px solid #e3dccf; border-radius: 16px; background: #fff }
h1 { margin: 0; font-size: 24px; line-height: 1.25 }
a { display: inline-block; padding: 8px 18px; border: 1px solid #b8731a; border-radius: 8px; background: #ffbf47; color: #1a1200; font-weight: 600; text-decoration: none }
small { color: #6b6152; overflow-wrap: anywhere }
@media (prefers-color-scheme: dark) {
  body { background: #14110c; color: #f1ede4 }
  main { border-color: #3b3529; background: #1d1a14 }
  small { color: #b5ab9a }
}`

/** For what goes wrong outside of the app: without script, and with nothing from outside. */
export function messagePage({ code, description, requestId, nonce }: Message): string {
  const [href, text] = WAYS_ON[code] ?? ['/', 'Go to the admin panel']
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    '<title>This did not work · Admin panel</title>',
    `<style nonce="${nonce}">${STYLE}</style>`,
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
