import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast, JsonAnswer } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { JsonSchema, Schemas } from '../support/json-schema.ts'
import { violations } from '../support/json-schema.ts'

interface Media {
  readonly schema: JsonSchema
}

interface Operation {
  readonly summary: string
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
  readonly parameters?: readonly { readonly name: string; readonly in: string }[]
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> }
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Record<string, Media> }>
  >
}

interface Document {
  readonly openapi: string
  readonly info: { readonly title: string; readonly version: string }
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Schemas
    readonly securitySchemes: {
      readonly service: { flows: { clientCredentials: { scopes: Record<string, string> } } }
      readonly user: object
    }
  }
}

let booted: Booted
let cast: Cast
let service: string
let document: Document

beforeAll(async () => {
  booted = await boot()
  cast = castOf(booted)
  service = await cast.serviceToken()
  document = (await cast.request('GET', '/openapi.json')).body as Document
})
afterAll(() => booted.close())

const API = '/api/v1'
const START = `${API}/users/{userId}/impersonation/{appId}`

const operations = (): [string, Operation][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method.toUpperCase()} ${path}`,
      operation,
    ]),
  )

function operationOf(name: string): Operation {
  const found = operations().find(([known]) => known === name)
  if (found === undefined) throw new Error(`${name} is not described`)
  return found[1]
}

/** What an answer breaks of what is declared for its status. */
function undeclared(name: string, { status, headers, body }: JsonAnswer): string[] {
  const { responses } = operationOf(name)
  const { content } = responses[String(status)] ?? responses['default'] ?? {}
  if (content === undefined) return body === '' ? [] : [`${status} has a body`]
  const type = (headers.get('content-type') ?? '').split(';')[0] ?? ''
  const media = content[type]
  if (media === undefined) return [`${status} as ${type} is not declared`]
  return violations(document.components.schemas, media.schema, body)
}

describe('/openapi.json (OpenAPI 3.1)', () => {
  it('describes every route of the API', () => {
    expect(operations().map(([name]) => name)).toEqual(
      expect.arrayContaining([
        `POST ${START}`,
        `POST ${START}/check`,
        `GET ${API}/impersonation`,
        `POST ${API}/impersonation/end`,
        `GET ${API}/impersonations`,
        `GET ${API}/impersonations/{id}`,
        `DELETE ${API}/impersonations/{id}`,
        `POST ${API}/impersonations/{id}/events`,
        `GET ${API}/users`,
        `GET ${API}/users/{userId}`,
        `GET ${API}/users/{userId}/consents`,
        `GET ${API}/apps`,
        `GET ${API}/apps/{appId}`,
        `GET ${API}/audit-events`,
        `GET ${API}/audit-events/export`,
      ]),
    )
  })

  it('has the shape of OpenAPI 3.1, at the issuer’s address', () => {
    expect(document).toMatchObject({
      openapi: expect.stringMatching(/^3\.1\.\d+$/),
      info: { title: expect.any(String), version: expect.any(String) },
      servers: [{ url: booted.issuer }],
    })
    for (const [name, { summary, responses, security, parameters = [] }] of operations()) {
      expect(summary).toMatch(/^[A-Z]/)
      expect(Object.keys(responses)).toContain('default')
      for (const { description } of Object.values(responses)) expect(description).not.toBe('')
      expect(security).toHaveLength(1)
      const wanted = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter)
      const declared = parameters.filter((parameter) => parameter.in === 'path')
      expect([name, ...declared.map((parameter) => parameter.name)]).toEqual([name, ...wanted])
    }
  })

  it('refers to nothing that is not there', () => {
    const names = Object.keys(document.components.schemas)
    const refs = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)
    for (const [, name] of refs) expect(names).toContain(name)
    expect(names).toEqual(
      expect.arrayContaining(['Impersonation', 'User', 'App', 'Consent', 'AuditEvent', 'Error']),
    )
  })

  it('names every scope a service may need', () => {
    const { scopes } = document.components.securitySchemes.service.flows.clientCredentials
    const needed = operations().flatMap(([, { security }]) => security[0]?.['service'] ?? [])
    for (const scope of needed) expect(Object.keys(scopes)).toContain(scope)
  })

  it('describes what a start takes, and refuses what the route refuses', () => {
    const schema = operationOf(`POST ${START}`).requestBody?.content['application/json']?.schema
    const broken = (body: object): string[] =>
      violations(document.components.schemas, schema ?? {}, body)
    expect(broken({ impersonatorToken: 't', mode: 'full', reason: 'r', redeemWithin: 1 })).toEqual(
      [],
    )
    expect(broken({})).toEqual(['$.impersonatorToken: missing'])
    expect(broken({ impersonatorToken: 't', foo: 1 })).toEqual(['$.foo: not declared'])
    expect(broken({ impersonatorToken: 't', mode: 'x' })).toHaveLength(1)
  })

  it('names the header of an administrator who revokes', () => {
    expect(operationOf(`DELETE ${API}/impersonations/{id}`).parameters).toContainEqual(
      expect.objectContaining({ name: 'Actor-Token', in: 'header' }),
    )
  })
})

describe('What the API answers', () => {
  const get = (path: string): Promise<JsonAnswer> =>
    cast.request('GET', API + path, { token: service })

  it('is what is described, from a start to its end', async () => {
    const started = await cast.start({ body: { reason: 'cannot see charger 12', ticket: 'SUP-1' } })
    expect(started.status).toBe(200)
    expect(undeclared(`POST ${START}`, started)).toEqual([])
    const id = String(started.body.impersonation_id)
    const { access_token: token } = (await cast.refresh(started.body.refresh_token)).body

    const again = await cast.start()
    expect(again.body).toMatchObject({ code: 'ALREADY_IMPERSONATING', impersonation: { id } })
    expect(undeclared(`POST ${START}`, again)).toEqual([])

    const current = await cast.request('GET', `${API}/impersonation`, { token })
    expect(current.status).toBe(200)
    expect(undeclared(`GET ${API}/impersonation`, current)).toEqual([])

    const events = [{ type: 'request', method: 'GET', route: '/orders' }]
    const reported = await cast.request('POST', `${API}/impersonations/${id}/events`, {
      token: service,
      json: { events },
    })
    expect(reported.status).toBe(202)
    expect(undeclared(`POST ${API}/impersonations/{id}/events`, reported)).toEqual([])

    const end = await cast.request('POST', `${API}/impersonation/end`, { token })
    expect(end.status).toBe(204)
    expect(undeclared(`POST ${API}/impersonation/end`, end)).toEqual([])
    const ended = await cast.request('GET', `${API}/impersonation`, { token })
    expect(ended.body.code).toBe('IMPERSONATION_ENDED')
    expect(undeclared(`GET ${API}/impersonation`, ended)).toEqual([])

    const one = await get(`/impersonations/${id}`)
    expect(one.body.timeline.length).toBeGreaterThan(3)
    expect(undeclared(`GET ${API}/impersonations/{id}`, one)).toEqual([])
    const revoked = await cast.request('DELETE', `${API}/impersonations/${id}`, { token: service })
    expect(undeclared(`DELETE ${API}/impersonations/{id}`, revoked)).toEqual([])
  })

  it('is what is described, for a dry run', async () => {
    const actor = (await cast.signIn('root@acme.test')).accessToken
    const checked = await cast.request(
      'POST',
      `${API}/users/usr_lena/impersonation/acme-web/check`,
      { token: service, json: { impersonatorToken: actor } },
    )
    expect(checked.body).toMatchObject({ allowed: false })
    expect(undeclared(`POST ${START}/check`, checked)).toEqual([])
  })

  it.each([
    ['/impersonations', '/impersonations?limit=100'],
    ['/impersonations', '/impersonations?status=active&actor=usr_root2'],
    ['/users', '/users?limit=100'],
    ['/users/{userId}', '/users/usr_jane'],
    ['/users/{userId}', '/users/usr_nobody'],
    ['/users/{userId}/consents', '/users/usr_lucia/consents'],
    ['/apps', '/apps?limit=2'],
    ['/apps/{appId}', '/apps/acme-billing'],
    ['/audit-events', '/audit-events?limit=100'],
    ['/audit-events', '/audit-events?limit=0'],
    ['/audit-events/export', '/audit-events/export?format=csv'],
    ['/audit-events/export', '/audit-events/export?format=ndjson'],
  ])('is what is described: %s at %s', async (path, address) => {
    const answer = await get(address)
    expect(undeclared(`GET ${API}${path}`, answer)).toEqual([])
    // What is described by an empty list would be nothing.
    expect(answer.body.items).not.toEqual([])
  })

  it('is what is described, for every refusal a caller without rights meets', async () => {
    const [readonly, sample] = [await cast.serviceToken('acme-readonly', 'read_user'), 'x']
    for (const [name, operation] of operations()) {
      const [method = '', template = ''] = name.split(' ')
      const path = template.replaceAll(/\{\w+\}/g, sample)
      const json = operation.requestBody === undefined ? {} : { json: {} }
      for (const token of [undefined, 'unknown', readonly]) {
        const answer = await cast.request(method, path, { ...json, ...(token && { token }) })
        expect({ name, undeclared: undeclared(name, answer) }).toEqual({ name, undeclared: [] })
      }
    }
  })
})
