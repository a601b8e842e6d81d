import { describe, expect, it } from 'vitest'
import { onStage } from '../support/attack.ts'
import { boot } from '../support/boot.ts'
import { rawRequest } from '../support/raw-request.ts'
import type { Seen } from '../support/visitor.ts'
import {
  askedFor,
  authorization,
  formOf,
  freshCode,
  passPages,
  PASSWORD,
  redeem,
  Visitor,
  wordsOf,
} from '../support/visitor.ts'

const ROOT = 'root@acme.test'
const STRONG = { acr_values: 'urn:understudy:acr:mfa' }
const OVER = 'This did not work'

describe.each(['sqlite', 'postgres'] as const)('a planted request, on %s', (database) => {
  const stage = onStage(database)

  const someone = (): Visitor => new Visitor(stage.booted.issuer)

  /** A browser that a page on another port, or on a sibling domain, has given these cookies. */
  function planted(from: Visitor, names: RegExp): Visitor {
    const victim = someone()
    for (const [name, value] of from.jar.cookies)
      if (names.test(name)) victim.jar.cookies.set(name, value)
    return victim
  }

  /** The attacker asks to be signed in, in his own browser. */
  async function ask(
    params: Record<string, string> = STRONG,
  ): Promise<{ attacker: Visitor; page: Seen; resume: string }> {
    const attacker = someone()
    const page = await attacker.open(authorization('admin-panel', params).address)
    const uid = new URL(page.url).pathname.split('/')[2]
    return { attacker, page, resume: `/auth/${uid}` }
  }

  async function expectRefused(attacker: Visitor, resume: string): Promise<void> {
    const resumed = await attacker.open(resume)
    expect([resumed.status, wordsOf(resumed).includes(OVER)]).toEqual([400, true])
    const silent = await attacker.open(authorization('admin-panel', { prompt: 'none' }).address)
    expect(new URL(silent.url).searchParams.get('error')).toBe('login_required')
  }

  it('does not sign the attacker in as whoever answered it', async () => {
    for (const variant of ['', '/']) {
      const { attacker, page, resume } = await ask()
      const victim = planted(attacker, /^understudy_interaction/)
      const events = await stage.trail(async () => {
        await passPages(stage.booted, victim, await victim.open(page.url), ROOT)
        await expectRefused(attacker, resume + variant)
      })
      expect(events.map(({ action }) => action)).toEqual([
        'mfa.succeeded',
        'login.succeeded',
        'login.failed',
      ])
      expect(events.at(-1)).toMatchObject({
        outcome: 'denied',
        actor: 'usr_root',
        app: 'admin-panel',
        details: { reason: 'other_browser' },
      })
      // Nor afterwards: what was answered is gone.
      const again = await attacker.open(resume + variant)
      expect([again.status, again.url.includes('code=')]).toEqual([400, false])
    }
  })

  it('does not give the attacker the step between the password and the second factor', async () => {
    const { attacker, page } = await ask()
    const victim = planted(attacker, /^understudy_interaction/)
    const form = await victim.open(page.url)
    const half = await victim.submit(form, { email: ROOT, password: PASSWORD })
    expect(askedFor(half)).toContain('code')
    const seen = await attacker.open(page.url)
    expect([askedFor(seen).includes('password'), askedFor(seen).includes('code')]).toEqual([
      true,
      false,
    ])
    const code = await freshCode(stage.booted, ROOT)
    const hidden = formOf(half).hidden
    const sent = await attacker.send(
      new URL(formOf(half).action, page.url).href,
      new URLSearchParams({ ...hidden, code }),
    )
    expect([sent.status, (await sent.text()).includes('name="password"')]).toEqual([200, true])
    // The victim is not disturbed by that.
    const done = await victim.submit(half, { code })
    expect(done.status).toBe(400)
  })

  it('does not do so with a mark that he has planted, too', async () => {
    const { attacker, page, resume } = await ask()
    const mark = `understudy_step_${resume.slice('/auth/'.length)}`
    attacker.jar.cookies.set(mark, 'made-up')
    const victim = planted(attacker, /^understudy_(?:interaction|step)/)
    await passPages(stage.booted, victim, await victim.open(page.url), ROOT)
    expect(victim.jar.cookies.get(mark)).not.toBe('made-up')
    await expectRefused(attacker, resume)
  })

  it('does not give the attacker what somebody declined or allowed', async () => {
    const { attacker, page, resume } = await ask()
    const victim = planted(attacker, /^understudy_interaction/)
    const half = await victim.submit(await victim.open(page.url), {
      email: ROOT,
      password: PASSWORD,
    })
    const csrf = formOf(half).hidden['csrf'] ?? ''
    await victim.send(
      `${stage.booted.issuer}${resume.replace('/auth/', '/interaction/')}/cancel`,
      new URLSearchParams({ csrf }),
    )
    await expectRefused(attacker, resume)
  })

  it('leaves two sign-ins at once in one browser alone, and no mark behind', async () => {
    const browser = someone()
    const tabs = []
    for (let tab = 0; tab < 2; tab++) {
      const request = authorization('admin-panel', { ...STRONG, prompt: 'login' })
      const page = await browser.open(request.address)
      const half = await browser.submit(page, { email: ROOT, password: PASSWORD })
      const cookies = new Map(browser.jar.cookies)
      tabs.push({ request, half, cookies })
    }
    for (const { request, half, cookies } of tabs) {
      // A browser keeps these two to the path of their request.
      for (const name of ['understudy_interaction', 'understudy_resume'])
        for (const part of [name, `${name}.sig`])
          browser.jar.cookies.set(part, cookies.get(part) ?? '')
      const seen = await browser.submit(half, { code: await freshCode(stage.booted, ROOT) })
      expect((await redeem(stage.cast, request, seen.url)).status).toBe(200)
    }
    expect([...browser.jar.cookies.keys()].filter((name) => name.includes('step'))).toEqual([])
  })
})

it('the mark of a browser over https is one that no subdomain can plant', async () => {
  const host = 'id.understudy.test'
  const behind = await boot({ env: { ISSUER: `https://${host}`, TRUSTED_PROXIES: '1' } })
  try {
    const asked = await rawRequest(behind, [
      `GET ${authorization('acme-portal').address} HTTP/1.1`,
      `Host: ${host}`,
    ])
    const cookies = [...asked.head.matchAll(/^set-cookie: ([^;\r\n]*)/gim)]
      .map(([, pair]) => pair)
      .join('; ')
    const path = /^location: (.*)\r?$/im.exec(asked.head)?.[1]?.trim() ?? ''
    const form = [`Host: ${host}`, `Cookie: ${cookies}`]
    const page = await rawRequest(behind, [`GET ${path} HTTP/1.1`, ...form])
    const csrf = /name="csrf"[^>]*value="([^"]*)"/.exec(page.body)?.[1] ?? ''
    const text = new URLSearchParams({ csrf, email: 'jane@customer.test', password: PASSWORD })
    const done = await rawRequest(
      behind,
      [
        `POST ${path}/login HTTP/1.1`,
        ...form,
        'Content-Type: application/x-www-form-urlencoded',
        `Content-Length: ${text.toString().length}`,
      ],
      text.toString(),
    )
    const uid = path.split('/')[2]
    expect(done.head).toMatch(
      new RegExp(
        `^set-cookie: __Host-understudy_step_${uid}=[\\w-]{43}; path=/;.*; samesite=lax; secure; httponly`,
        'im',
      ),
    )
    expect(done.head).not.toMatch(/domain=/i)
  } finally {
    await behind.close()
  }
})
