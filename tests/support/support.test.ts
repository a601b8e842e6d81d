import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Client } from 'pg'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { axe, launchBrowser } from './browser.ts'
import { freshDatabase } from './postgres.ts'

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

describe('PostgreSQL', () => {
  it('is version 18 or later and gives every caller an empty database of its own', async () => {
    const [one, other] = await Promise.all([freshDatabase(), freshDatabase()])
    await query(one.url, 'CREATE TABLE mark (id int)')
    const facts = `SELECT current_setting('server_version_num')::int >= 180000 AS recent,
      to_regclass('mark') IS NULL AS empty`
    expect(await query(one.url, facts)).toEqual([{ recent: true, empty: false }])
    expect(await query(other.url, facts)).toEqual([{ recent: true, empty: true }])
    await Promise.all([one.drop(), other.drop()])
  })

  it('forgets a dropped database, also while somebody is connected', async () => {
    const { url, drop } = await freshDatabase()
    const left = new Client({ connectionString: url })
    const errors: Error[] = []
    left.on('error', (error) => errors.push(error))
    await left.connect()
    await drop()
    await expect.poll(() => errors).not.toEqual([])
    await expect(query(url, 'SELECT 1')).rejects.toMatchObject({ code: '3D000' })
  })
})

const page = `<!doctype html><html lang="en"><title>Support</title>
  <main><h1>Hello</h1><button onclick="document.title = 'Clicked'">Click</button></main></html>`

describe('Chromium', () => {
  let browser: Browser
  let server: Server
  let port: number

  beforeAll(async () => {
    server = createServer((request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8')
      response.end(request.url === '/bad' ? page.replace('lang="en"', '') : page)
    }).listen(0)
    await once(server, 'listening')
    ;({ port } = server.address() as AddressInfo)
    browser = await launchBrowser()
  }, 120_000)

  afterAll(async () => {
    await browser?.close()
    server.close()
  })

  it.each(['localhost', 'spa.localhost', '127.0.0.1', '127.0.0.2'])('shows %s', async (host) => {
    const tab = await browser.newPage()
    await tab.goto(`http://${host}:${port}/`)
    await tab.getByRole('button', { name: 'Click' }).click()
    expect(await tab.title()).toBe('Clicked')
    expect((await tab.screenshot()).length).toBeGreaterThan(1000)
    await tab.close()
  })

  it('cannot reach anything beyond loopback', async () => {
    const tab = await browser.newPage()
    await expect(tab.goto(`http://example.com:${port}/`)).rejects.toThrow('ERR_NAME_NOT_RESOLVED')
    await expect(tab.goto(`http://192.0.2.1:${port}/`)).rejects.toThrow('ERR_NAME_NOT_RESOLVED')
    await tab.close()
  })

  it('reports what axe finds', async () => {
    const context = await browser.newContext()
    const tab = await context.newPage()
    await tab.goto(`http://localhost:${port}/`)
    expect(await axe(tab)).toEqual([])
    await tab.goto(`http://localhost:${port}/bad`)
    expect(await axe(tab)).toMatchObject([{ rule: 'html-has-lang', elements: ['html'] }])
    await context.close()
  })
})
