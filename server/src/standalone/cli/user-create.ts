import type { CommandDef } from 'citty'
import { Role } from '../../configs/variable.ts'
import type { CreatedUser } from '../administration/create-user.ts'
import { createUser } from '../administration/create-user.ts'
import type { NewUser } from '../administration/new-user.ts'
import { newUser } from '../administration/new-user.ts'
import { commandLine } from '../administration/requester.ts'
import type { Typed } from './command.ts'
import { command } from './command.ts'
import { enrolmentFields } from './enrolment-fields.ts'
import { fields, print } from './print.ts'
import { readStdin } from './read-stdin.ts'
import { withParts } from './with-parts.ts'

export const userCreate: CommandDef = command<NewUser>({
  name: 'understudy user create',
  description: 'Add somebody who can sign in',
  args: {
    email: { type: 'string', required: true, description: 'signs in with it' },
    name: { type: 'string', required: true, description: 'as people call them' },
    sub: { type: 'string', description: 'id; default: a fresh usr_…' },
    organization: {
      type: 'string',
      valueHint: 'id[:name]',
      description: 'made when it is not there; default: none',
    },
    role: {
      type: 'string',
      description: `one of ${Object.values(Role).join(', ')}; repeatable. Any role means staff`,
    },
    'password-stdin': {
      type: 'boolean',
      description: 'read the password from standard input; default: draw one and print it',
    },
    totp: { type: 'boolean', description: 'enrol a one-time-password secret and print it' },
  },
  repeatable: ['role'],
  read: readNewUser,
  input: newUser,
  async run(input) {
    print(describe(await withParts((parts) => createUser(parts, input, commandLine))))
  },
})

async function readNewUser({ passwordStdin, ...typed }: Typed): Promise<unknown> {
  const password = passwordStdin === true ? await readStdin() : null
  return { ...typed, password, organization: readOrganization(typed['organization']) }
}

/** `org_1:Northwind`, or only the id, which is then also the name. */
function readOrganization(typed: unknown): unknown {
  if (typeof typed !== 'string') return null
  const [id = '', ...name] = typed.split(':')
  return { id, name: name.length === 0 ? id : name.join(':') }
}

const describe = ({ account, password, oneTimePassword }: CreatedUser): string =>
  fields([
    ['id', account.sub],
    ['e-mail', account.email],
    ...(password === null ? [] : [['password', password] as const]),
    ...(oneTimePassword === null ? [] : enrolmentFields(oneTimePassword)),
  ])
