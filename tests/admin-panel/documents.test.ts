import { describe, expect, it } from 'vitest'
import { panelDenials, routes } from '../../admin-panel/server/index.ts'
import { actions } from '../../admin-panel/src/audit/actions.ts'
import { auditActions } from '../../server/src/impersonation/audit-event.ts'
import { readEnvironment } from '../../admin-panel/server/environment.ts'
import { RoleAccesses } from '../../admin-panel/tools/access.ts'
import { codeSpans, readDocument, tableRows } from '../docs/markdown.ts'

const document = readDocument('docs/reference/admin-panel.md')

describe('the reference of the admin panel', () => {
  it('has every route in order, with what it needs and what it takes', () => {
    const listed = tableRows(document, 'Routes').map(([route = '', access = '', answer = '']) => ({
      route: codeSpans(route)[0],
      access: codeSpans(access),
      answer: codeSpans(answer),
    }))
    const filters = routes.find(({ path }) => path === '/api/audit-events')?.query ?? []
    expect(listed).toEqual(
      routes.map(({ method, path, access, query = [] }) => ({
        route: `${method.toUpperCase()} ${path}`,
        access: access === null ? [] : [access].flat(),
        answer: expect.arrayContaining(
          query.filter((name) => !path.endsWith('/export') || !filters.includes(name)),
        ) as string[],
      })),
    )
  })

  it('has every code with its status, error and text, and says when it comes', () => {
    const rows = tableRows(document, 'Errors')
    const listed = rows.map(([status, error = '', code = '', text]) => [
      codeSpans(code)[0],
      [Number(status), codeSpans(error)[0], text],
    ])
    expect(listed).toEqual(Object.entries(panelDenials))
    expect(rows.filter(([, , , , when = '']) => !when.endsWith('.'))).toEqual([])
  })

  it('has every role with what it may do', () => {
    const listed = tableRows(document, 'Who may do what').map(([role = '', accesses = '']) => [
      codeSpans(role)[0],
      codeSpans(accesses),
    ])
    expect(Object.fromEntries(listed)).toEqual(RoleAccesses)
  })

  it('has every variable that is read, and its default', () => {
    const source = readDocument('admin-panel/server/environment.ts')
    const rows = tableRows(document, 'Variables')
    const names = rows.map(([name = '']) => codeSpans(name)[0])
    expect(names).toEqual([...source.matchAll(/^ {2}([A-Z_]+):/gm)].map(([, name]) => name))
    const required = rows.filter((row) => row.at(-1)?.includes('Required.'))
    const env = Object.fromEntries(
      required.map(([name = '', type = '']) => [
        codeSpans(name)[0],
        type.startsWith('URL') ? 'https://a.test' : 'x',
      ]),
    ) as Record<string, string>
    expect(readEnvironment(env)).toEqual({
      issuer: 'https://a.test',
      url: 'https://a.test',
      clientId: 'admin-panel',
      clientSecret: 'x',
      trustedProxies: 0,
    })
  })
})

describe('the panel’s filter by action', () => {
  it('offers every action that the server writes, in its order', () => {
    expect(actions).toEqual(auditActions)
  })
})
