import { decodeJwt } from 'jose'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot, demoUrls } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { codeSpans, readDocument, tableRows } from './markdown.ts'

const rows = tableRows(readDocument('docs/reference/tokens.md'), 'Which claim is in which token')

/** The claims that a column of the table says yes to. */
const claimsIn = (column: number): string[] =>
  rows.flatMap((row) => (row[column] === 'yes' ? codeSpans(row[0] ?? '') : [])).toSorted()

const namesOf = (claims: object): string[] => Object.keys(claims).toSorted()

let booted: Booted
let cast: Cast
let refreshToken: string

beforeAll(async () => {
  booted = await boot()
  cast = castOf(booted)
  refreshToken = (await cast.start()).body.refresh_token
})
afterAll(() => booted.close())

async function refresh(fields: Record<string, string> = {}): Promise<Record<string, string>> {
  const { body } = await cast.refresh(refreshToken, fields)
  refreshToken = body.refresh_token
  return body
}

it('has the claims of an introspected access token', async () => {
  const { access_token: token = '' } = await refresh()
  expect(namesOf((await cast.introspect(token)).body)).toEqual(claimsIn(1))
})

it('has the claims of an introspected refresh token', async () => {
  expect(namesOf((await cast.introspect(refreshToken)).body)).toEqual(claimsIn(2))
})

it('has the claims of a JWT access token', async () => {
  const { resource } = demoUrls(booted.issuer)
  const { access_token: token = '' } = await refresh({ resource })
  expect(namesOf(decodeJwt(token))).toEqual(claimsIn(3))
})

it('has the claims of an ID token', async () => {
  const { id_token: token = '' } = await refresh()
  expect(namesOf(decodeJwt(token))).toEqual(claimsIn(4))
})

it('has the claims of userinfo', async () => {
  const { access_token: token = '' } = await refresh()
  expect(namesOf((await cast.userinfo(token)).body)).toEqual(claimsIn(5))
})
