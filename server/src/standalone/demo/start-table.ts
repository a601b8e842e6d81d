import type { DenialCode, Settings } from '../../index.ts'
import { demoAccountsShown } from './accounts-shown.ts'
import type { DemoUrls } from '@understudy/demo'
import { DEMO_TOTP_SECRET } from './people.ts'

/** What a first start says: what runs where, who may sign in, and what to try. */
export function startTable(
  urls: DemoUrls,
  policy: Pick<Settings, 'impersonationRoles'>,
  leftOut: DenialCode | null = null,
): string {
  const places = [
    ['Admin panel', urls.panel],
    ['Issuer and API', urls.issuer],
    ['Acme Portal', urls.portal],
    ['Acme Billing', urls.billing],
    ['Resource server', urls.resource],
  ]
  const { accounts, password } = demoAccountsShown(policy)
  return [
    'Understudy is running, with demo data, on this machine only.',
    '',
    ...columns(places),
    '',
    `Sign in with the password ${password}:`,
    '',
    ...columns(accounts.map(({ email, note }) => [email, note])),
    '',
    'Staff need a code as well. The login page shows it; the secret of all is',
    `${DEMO_TOTP_SECRET}.`,
    '',
    `Try: ${urls.panel} → Users → Jane → Impersonate… → Acme Portal.`,
    'Try: the same for Omar in Acme Billing, which he has not allowed: ask him.',
    `His mail is at ${urls.issuer}/outbox.`,
    ...(leftOut === null
      ? ['Try: the same as root2@acme.test, who is impersonating somebody already.']
      : [`Left out, since the policy refuses it: root2's impersonation (${leftOut}).`]),
    'Without a browser: docs/tutorial/first-impersonation.md.',
    '',
    'Stop with Ctrl+C.',
    '',
  ].join('\n')
}

function columns(rows: readonly (readonly string[])[]): string[] {
  const width = Math.max(...rows.map(([first = '']) => first.length))
  return rows.map(([first = '', ...rest]) => `  ${first.padEnd(width)}  ${rest.join('  ')}`)
}
