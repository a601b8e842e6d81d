import type { Account } from '../../index.ts'
import { Role } from '../../configs/variable.ts'

type Organization = NonNullable<Account['organization']>

/** An account before anybody has signed in with it. */
export type Person = Omit<Account, 'lastLoginAt'>

/** The one password of the demo (contract §7). */
export const DEMO_PASSWORD = 'understudy-demo'

/** The one TOTP secret of the demo's staff, base 32. */
export const DEMO_TOTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

const org = (key: string, name: string): Organization => ({ id: `org_${key}`, name })

const acme = org('acme', 'Acme')
const northwind = org('northwind', 'Northwind')
const contoso = org('contoso', 'Contoso')
const fabrikam = org('fabrikam', 'Fabrikam')
const tailspin = org('tailspin', 'Tailspin Toys')
const litware = org('litware', 'Litware')
const adventure = org('adventure', 'Adventure Works')

export const organizations: readonly Organization[] = [
  acme,
  northwind,
  contoso,
  fabrikam,
  tailspin,
  litware,
  adventure,
]

const person = (
  key: string,
  email: string,
  name: string,
  organization: Organization | null,
  rest: { readonly role?: string; readonly disabled?: boolean } = {},
): Person => ({
  sub: `usr_${key}`,
  email,
  name,
  organization,
  roles: rest.role === undefined ? [] : [rest.role],
  status: rest.disabled === true ? 'disabled' : 'active',
})

/** The accounts that contract §7 names. */
const named: readonly Person[] = [
  person('root', 'root@acme.test', 'Robin Larsson', acme, { role: Role.SuperAdmin }),
  person('root2', 'root2@acme.test', 'Ruth Moreau', acme, { role: Role.SuperAdmin }),
  person('support', 'support@acme.test', 'Sam Porter', acme, { role: Role.SupportAdmin }),
  person('agent', 'agent@acme.test', 'Agnes Varga', acme, { role: Role.SupportAgent }),
  person('olga', 'olga@northwind.test', 'Olga Petrova', northwind, { role: Role.OrgAdmin }),
  person('jane', 'jane@customer.test', 'Jane Doe', northwind),
  person('omar', 'omar@customer.test', 'Omar Haddad', contoso),
  person('lena', 'lena@customer.test', 'Lena Fischer', fabrikam, { disabled: true }),
]

/** Everybody else: `key|name`, where the key makes the id and the e-mail; a leading `-` is disabled. */
const members = (
  organization: Organization | null,
  domain: string,
  list: readonly string[],
): Person[] =>
  list.map((entry) => {
    const [key = '', name = ''] = entry.replace(/^-/, '').split('|')
    const disabled = entry.startsWith('-')
    return person(key, `${key}@${domain}`, name, organization, { disabled })
  })

const customers: readonly Person[] = [
  ...members(northwind, 'northwind.test', [
    'aiko|Aiko Tanaka',
    'mateus|Mateus Carvalho',
    'priya|Priya Raman',
    'soren|Søren Lindqvist',
    'chidi|Chidi Okafor',
    'zofia|Zofia Kowalska',
    '-derek|Derek Whitlock',
  ]),
  ...members(contoso, 'contoso.test', [
    'lucia|Lucía Fernández',
    'tomasz|Tomasz Nowak',
    'meiling|Mei-Ling Chen',
    'kwame|Kwame Mensah',
    'ingrid|Ingrid Bakke',
    'rohan|Rohan Mehta',
  ]),
  ...members(fabrikam, 'fabrikam.test', [
    'amina|Amina Diallo',
    'jack|Jack O’Connor',
    'yuki|Yuki Sato',
    'elif|Elif Yılmaz',
    'noah|Noah Williams',
  ]),
  ...members(tailspin, 'tailspin.test', [
    'fatima|Fatima Zahra Benali',
    'bjorn|Björn Eriksson',
    'camila|Camila Rojas',
    'dmitri|Dmitri Volkov',
    'grace|Grace Wanjiru',
    'hana|Hana Kovač',
  ]),
  ...members(litware, 'litware.test', [
    'ananya|Ananya Iyer',
    'luca|Luca Bianchi',
    'nia|Nia Thompson',
    'minh|Minh Nguyễn',
    '-ewa|Ewa Wiśniewska',
    'samuel|Samuel Adeyemi',
  ]),
  ...members(adventure, 'adventure.test', [
    'leilani|Leilani Kealoha',
    'pablo|Pablo Herrera',
    'thandiwe|Thandiwe Dlamini',
    'viktor|Viktor Horváth',
    'rania|Rania Khoury',
    'oliver|Oliver Smith',
  ]),
  ...members(null, 'mail.test', ['marta|Marta Silva', 'sina|Sina Tuiasosopo', 'ivo|Ivo Petrov']),
]

export const people: readonly Person[] = [...named, ...customers]

/** A demo account by its sub. @throws when there is none, which is a mistake in these files. */
export function personOf(sub: string): Person {
  const found = people.find((one) => one.sub === sub)
  if (found === undefined) throw new Error(`the demo has no ${sub}`)
  return found
}

export const isStaff = ({ roles }: Person): boolean => roles.length > 0
