import { serviceScopes } from 'understudy'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { S2sConfig } from '../../server/src/configs/variable.ts'
import { endpointsFor, PREFIX } from '../../server/src/http/routes.ts'
import { shapes } from '../../server/src/http/shapes.ts'
import { auditActions } from '../../server/src/impersonation/audit-event.ts'
import { endReasons } from '../../server/src/impersonation/ending.ts'
import { sessionEndpoint } from '../../server/src/standalone/account/session-endpoint.ts'
import { consentRequestEndpoints } from '../../server/src/standalone/consent-requests/endpoints.ts'
import { codeBlocks, codeSpans, readDocument, tableRows } from './markdown.ts'

const document = readDocument('docs/reference/api.md')

/** What the ready-made server adds. Nothing is asked of its stores here. */
const added = [sessionEndpoint({} as never), ...consentRequestEndpoints({} as never)]

const endpoints = [...endpointsFor(S2sConfig), ...added].map((endpoint) => {
  const path = PREFIX + endpoint.path.replaceAll(/:(\w+)/g, '{$1}')
  return { ...endpoint, path, heading: `${endpoint.method.toUpperCase()} ${path}` }
})

const sectionOf = (heading: string): string =>
  document.split(`\n### ${heading}\n`)[1]?.split(/\n##+ /)[0] ?? ''

/** The members of an object's schema. */
const membersOf = (schema: z.ZodType | undefined): string[] =>
  Object.keys((schema as z.ZodObject | undefined)?.shape ?? {})

describe('the routes', () => {
  it('are all there, in the order in which the server has them, and no other', () => {
    const headings = [...document.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading)
    expect(headings).toEqual(endpoints.map(({ heading }) => heading))
  })

  it.each(endpoints)('$heading says who may call it', ({ heading, access }) => {
    const words = access === 'browser' ? 'For the app.' : `Scope \`${access}\`.`
    expect(sectionOf(heading).trimStart().startsWith(words)).toBe(true)
  })

  it.each(endpoints)('$heading has an example that calls it', ({ heading, method, path }) => {
    const [example] = codeBlocks(sectionOf(heading)).filter(({ language }) => language === 'sh')
    const [, called = ''] = /"\$issuer(\/[^"?]*)/.exec(example?.text ?? '') ?? []
    expect(called).toMatch(new RegExp(`^${path.replaceAll(/\{\w+\}/g, String.raw`[\w$-]+`)}$`))
    const sends = / -d |-X POST/.test(example?.text ?? '') ? 'post' : 'get'
    expect(example?.text.includes('-X DELETE') ? 'delete' : sends).toBe(method)
  })

  it.each(endpoints)('$heading names what it takes', ({ heading, body, query, path }) => {
    // The dry run takes the body of the start, and the export the filters of the list.
    const parent = endpoints.find((other) => other.path === path.replace(/\/(check|export)$/, ''))
    const named = codeSpans(sectionOf(heading) + sectionOf(parent?.heading ?? ''))
    expect(named).toEqual(expect.arrayContaining([...membersOf(body), ...membersOf(query)]))
  })

  it('open with the scopes that are listed', () => {
    const scopes = tableRows(document, 'Who may call').map(([scope = '']) => codeSpans(scope)[0])
    expect(scopes).toEqual(serviceScopes)
  })
})

it.each([
  ['Impersonation', 'impersonation'],
  ['User', 'user'],
  ['App', 'app'],
] as const)('the shape %s has the members it has', (name, shape) => {
  const row = tableRows(document, 'Shapes').find(([title]) => title === name)
  expect(codeSpans(row?.[1] ?? '')).toEqual(expect.arrayContaining(membersOf(shapes[shape])))
})

it('every audit action is explained, and no other', () => {
  const rows = tableRows(document, 'Audit actions')
  expect(rows.map(([action = '']) => codeSpans(action)[0])).toEqual(auditActions)
})

it('every reason for an end is explained, and who is said to have ended it', () => {
  const rows = tableRows(document, 'Ends').map(([reason = '', by = '']) => [
    codeSpans(reason)[0],
    codeSpans(by)[0],
  ])
  expect(rows).toEqual(Object.entries(endReasons))
})
