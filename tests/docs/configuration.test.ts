import { describe, expect, it } from 'vitest'
import { Role, S2sConfig } from '../../server/src/configs/variable.ts'
import { defaultSettings } from 'understudy'
import {
  loadSettings,
  variableOf,
} from '../../server/src/standalone/configuration/policy-settings.ts'
import { loadServerSettings } from '../../server/src/standalone/configuration/server-settings.ts'
import { codeSpans, readDocument, tableRows } from './markdown.ts'

const document = readDocument('docs/reference/configuration.md')

interface Setting {
  readonly key: keyof typeof S2sConfig
  readonly variable: string
  readonly type: string
  readonly text: string
  readonly effect: string
}

const settings = tableRows(document, 'Policy').map(
  ([key = '', variable = '', type = '', text = '', effect = '']): Setting => ({
    key: codeSpans(key)[0] as keyof typeof S2sConfig,
    variable: codeSpans(variable)[0] ?? '',
    type,
    text: codeSpans(text)[0] ?? '',
    effect,
  }),
)

const accepts = (variable: string, value: string | number): boolean => {
  try {
    loadSettings({ [variable]: String(value) })
    return true
  } catch {
    return false
  }
}

describe('the policy', () => {
  it('has every key of S2sConfig with its variable, and no other', () => {
    expect(settings.map(({ key, variable }) => [key, variable])).toEqual(
      Object.keys(S2sConfig).map((key) => [key, variableOf(key)]),
    )
    expect(settings.filter(({ effect }) => !effect.endsWith('.'))).toEqual([])
  })

  it.each(settings)('gives $key its default, as one writes it in $variable', (setting) => {
    const { key, variable, text } = setting
    expect(loadSettings({ [variable]: text })[key]).toEqual(S2sConfig[key])
  })

  it('is for a mounting host what it is for the ready-made server', () => {
    expect(defaultSettings).toEqual(S2sConfig)
  })

  const numbers = settings.flatMap((setting) => {
    const [, least, most] = /, (\d+) to (\d+)$/.exec(setting.type) ?? []
    return most === undefined ? [] : [{ ...setting, least: Number(least), most: Number(most) }]
  })

  it.each(numbers)('allows $key from $least to $most only', ({ variable, least, most }) => {
    const allowed = [least - 1, least, most, most + 1].map((value) => accepts(variable, value))
    expect(allowed).toEqual([false, true, true, false])
  })

  it('gives every number its range', () => {
    const isNumber = ({ key }: Setting): boolean => typeof S2sConfig[key] === 'number'
    expect(numbers.map(({ key }) => key)).toEqual(
      settings.filter(isNumber).map((setting) => setting.key),
    )
  })

  const choices = settings.filter(({ type }) => codeSpans(type).length === 2)

  it.each(choices)('allows for $key: $type', ({ variable, type }) => {
    const values = [...codeSpans(type), 'another']
    expect(values.filter((value) => accepts(variable, value))).toEqual(codeSpans(type))
  })

  it('names every role, and the notation for one within an organisation', () => {
    const { variable, type } = settings.find(({ key }) => key === 'impersonationRoles') as Setting
    const roles = codeSpans(type).filter((role) => !role.includes('@'))
    expect(roles).toEqual(Object.values(Role))
    expect(loadSettings({ [variable]: 'org_admin@organization' }).impersonationRoles).toEqual([
      { role: Role.OrgAdmin, within: 'organization' },
    ])
  })
})

describe('the server', () => {
  const rows = tableRows(document, 'Server')

  it('has every variable that is read, and no other', () => {
    const source = readDocument('server/src/standalone/configuration/server-settings.ts')
    const [, schema = ''] = /z\.object\(\{([^]*?)^\}\)/m.exec(source) ?? []
    const read = [...schema.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name)
    expect(rows.map(([variable = '']) => codeSpans(variable)[0])).toEqual(read)
  })

  it('has its defaults', () => {
    const defaults = rows.map(([variable, , text]) => [variable, text])
    expect(Object.fromEntries(defaults)).toEqual({
      '`ISSUER`': '`http://localhost:<PORT>`',
      '`PORT`': '`4000`',
      '`HOST`': '',
      '`DATA_DIR`': '`./data`',
      '`DATABASE_URL`': '',
      '`SECRET_KEY`': '',
      '`OTHER_SECRET_KEY`': '',
      '`TRUSTED_PROXIES`': '`0`',
      '`AUDIT_ANCHOR_FILE`': '',
      '`METRICS_PORT`': '',
      '`METRICS_HOST`': '',
      '`SMTP_URL`': '',
      '`MAIL_FROM`': '`no-reply@<host of ISSUER>`',
      '`LOG_LEVEL`': '`info`',
      '`NODE_ENV`': '',
      '`DEMO`': '`true` on a loopback issuer, in production `false`',
    })
    expect(loadServerSettings({})).toEqual({
      issuer: 'http://localhost:4000',
      port: 4000,
      host: undefined,
      dataDir: './data',
      databaseUrl: undefined,
      secretKey: undefined,
      otherSecretKey: undefined,
      trustedProxies: 0,
      auditAnchorFile: undefined,
      metricsPort: undefined,
      metricsHost: undefined,
      smtpUrl: undefined,
      mailFrom: 'no-reply@localhost',
      logLevel: 'info',
      production: false,
      demo: true,
    })
    expect(loadServerSettings({ NODE_ENV: 'production' })).toMatchObject({ demo: false })
    expect(loadServerSettings({ ISSUER: 'https://login.example' })).toMatchObject({ demo: false })
  })
})

describe('a refused start', () => {
  const refusals = tableRows(document, 'When the server refuses to start').map(
    ([set = '', answer = '']) => ({
      set: codeSpans(set)[0] ?? '',
      answer: codeSpans(answer)[0] ?? '',
    }),
  )

  it.each(refusals)('answers $set in these words', ({ set, answer }) => {
    const env = Object.fromEntries(set.split(' ').map((pair) => pair.split(/=(.*)/s, 2)))
    const load = (): unknown => [loadSettings(env), loadServerSettings(env)]
    expect(load).toThrow(expect.objectContaining({ name: 'ConfigurationError', message: answer }))
  })
})
