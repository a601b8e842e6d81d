import { describe, expect, it } from 'vitest'
import { Role } from '../../server/src/configs/variable.ts'
import { defaultSettings } from 'understudy'
import { loadSettings } from '../../server/src/standalone/configuration/policy-settings.ts'

const refused = (config: object): string => {
  try {
    loadSettings({}, config)
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

describe('the operators’ desk', () => {
  it('takes a file that names only what is to be otherwise', () => {
    const S2sConfig = Object.freeze({ impersonationRoles: [Role.SuperAdmin, Role.SupportAdmin] })
    expect(loadSettings({}, S2sConfig)).toEqual({
      ...defaultSettings,
      impersonationRoles: ['super_admin', 'support_admin'],
    })
    expect(loadSettings({ REQUIRE_REASON: 'true' }, S2sConfig)).toMatchObject({
      impersonationRoles: ['super_admin', 'support_admin'],
      requireReason: true,
    })
    expect(loadSettings({}, {})).toEqual(defaultSettings)
  })

  it.each<[string, object, string]>([
    [
      'a role constant that does not exist',
      { impersonationRoles: [(Role as Record<string, string>)['SuperAdmn'], Role.OrgAdmin] },
      "S2sConfig.impersonationRoles.0 is not set: is the role's name spelt right?",
    ],
    [
      'one within an organisation',
      { impersonationRoles: [Role.SuperAdmin, { role: undefined, within: 'organization' }] },
      "S2sConfig.impersonationRoles.1 is not set: is the role's name spelt right?",
    ],
    ['a key without a value', { requireMfa: undefined }, 'S2sConfig.requireMfa is not set'],
    [
      'a role that nobody knows',
      { impersonationRoles: ['boss'] },
      'S2sConfig.impersonationRoles.0: "boss" is not possible (Invalid input)',
    ],
    [
      'a key that nobody knows',
      { impersonationRole: ['super_admin'] },
      'S2sConfig.impersonationRole: ["super_admin"] is not possible (Unrecognized key: "impersonationRole")',
    ],
  ])('names %s in one line', (_, config, line) => {
    expect(refused(config)).toBe(line)
  })
})
