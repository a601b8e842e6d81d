import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Mail } from 'understudy'
import { openStorage } from 'understudy'
import { eraseUser } from '../../server/src/standalone/administration/erase-user.ts'
import { startBackground } from '../../server/src/standalone/background.ts'
import { deliverMail } from '../../server/src/standalone/mail/deliver-mail.ts'
import type { Mailer } from '../../server/src/standalone/mail/mailer.ts'
import { createMailer } from '../../server/src/standalone/mail/mailer.ts'
import { openParts } from '../../server/src/standalone/open-parts.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { MailServer } from '../support/mail-server.ts'
import { startMailServer } from '../support/mail-server.ts'
import { clearStage, roomy, started } from '../support/scene.ts'
import { advance, resetClock } from '../support/turned-clock.ts'

const HOSTILE = 'Eve <img src=x onerror=alert(1)>\r\nBcc: all@evil.example'

let smtp: MailServer
let booted: Booted
let cast: Cast
let mailer: Mailer
let down = false
beforeAll(async () => {
  smtp = await startMailServer()
  const env = { ...roomy, SMTP_URL: smtp.url, NOTIFY_SUBJECT: 'both' }
  booted = await boot({ env: { ...env, MAIL_FROM: 'Acme Support <support@acme.test>' } })
  cast = castOf(booted)
  mailer = createMailer(smtp.url, booted.parts.server)
  await deliverAll()
  smtp.received.length = 0
})
afterEach(async () => {
  if (down) await smtp.start()
  down = false
  await clearStage(booted)
  await deliverAll()
  smtp.received.length = 0
  resetClock()
})
afterAll(async () => {
  await booted.close()
  await smtp.stop()
})

async function takeDown(): Promise<void> {
  await smtp.stop()
  down = true
}

async function deliverAll(): Promise<void> {
  const { mail } = booted.parts.storage
  while ((await mail.findDue(booted.parts.clock(), 1)).length > 0) {
    await deliverMail(booted.parts, mailer)
  }
}

const letter = (id: string): Mail => ({
  id,
  to: 'jane@customer.test',
  subject: 'Subject',
  text: 'Text',
  html: '<p>Text</p>',
  createdAt: booted.parts.clock(),
})

const put = (id: string): Promise<void> => booted.parts.storage.mail.put(letter(id))

describe('mail', () => {
  it('is sent as text and HTML, from whom it should be, marked as automatic', async () => {
    await put('mail_one')
    await deliverAll()
    const [{ to, content } = { to: [], content: '' }] = smtp.received
    expect(to).toEqual(['jane@customer.test'])
    for (const line of [
      'From: Acme Support <support@acme.test>',
      'To: jane@customer.test',
      'Subject: Subject',
      'Message-ID: <mail_one@localhost>',
      'Auto-Submitted: auto-generated',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Type: text/html; charset=utf-8',
    ]) {
      expect(content).toContain(line)
    }
  })

  it('waits while the mail server is down, longer each time, over a restart, and comes once', async () => {
    await takeDown()
    await put('mail_waits')
    for (const seconds of [10, 20, 40, 80]) {
      const before = Date.now()
      await deliverMail(booted.parts, mailer)
      const [row] = await booted.parts.storage.mail.findDue(Number.MAX_SAFE_INTEGER, 1)
      const failedAt = (row?.dueAt ?? 0) - seconds * 1000
      expect(failedAt).toBeGreaterThanOrEqual(before)
      expect(failedAt).toBeLessThanOrEqual(Date.now())
      advance(seconds)
    }
    expect(booted.log()).not.toContain('"alarm":true')
    advance(1)
    await deliverMail(booted.parts, mailer)
    expect(booted.log()).toMatch(/"mail":"mail_waits","attempts":5,.*"alarm":true/)
    await booted.restart()
    await smtp.start()
    down = false
    advance(161)
    await deliverAll()
    expect(smtp.received.map(({ content }) => content.includes('mail_waits'))).toEqual([true])
    expect(await booted.parts.storage.mail.oldestWaiting()).toBe(null)
  })

  it('is given up after a day, with an alarm', async () => {
    await takeDown()
    await put('mail_lost')
    advance(24 * 3600 + 1)
    await deliverMail(booted.parts, mailer)
    expect(booted.log()).toMatch(
      /"mail":"mail_lost","attempts":1,.*"alarm":true,"msg":"mail given up"/,
    )
    expect(await booted.parts.storage.mail.oldestWaiting()).toBe(null)
  })

  it('is sent by one of two nodes, however often both look', async () => {
    const beside = openStorage({ folder: booted.parts.server.dataDir })
    try {
      for (let one = 0; one < 10; one++) await put(`mail_node_${one}`)
      const nodes = [booted.parts, { ...booted.parts, storage: beside }]
      await Promise.all([...nodes, ...nodes].map((node) => deliverMail(node, mailer)))
      expect(smtp.received).toHaveLength(10)
    } finally {
      await beside.close()
    }
  })

  it('is sent by another node when the one that took it is gone', async () => {
    await put('mail_taken')
    const { mail } = booted.parts.storage
    const [taken] = await mail.findDue(Date.now(), 1)
    if (taken !== undefined) await mail.claim(taken, Date.now() + 120_000)
    await deliverMail(booted.parts, mailer)
    expect(smtp.received).toEqual([])
    advance(121)
    await deliverMail(booted.parts, mailer)
    expect(smtp.received).toHaveLength(1)
  })

  it('is deleted a month later', async () => {
    await put('mail_old')
    await deliverAll()
    advance(31 * 24 * 3600)
    await booted.parts.storage.purge()
    expect(await booted.parts.storage.mail.newest(10)).toEqual([])
  })
})

describe('a customer who is impersonated', () => {
  it('G19 is told of each start and each end once, after the fact, whatever becomes of the mail', async () => {
    const { accounts } = booted.parts.storage
    await accounts.add(
      {
        sub: 'usr_eve',
        email: 'eve@customer.test',
        name: HOSTILE,
        organization: null,
        roles: [],
        status: 'active',
        lastLoginAt: null,
      },
      null,
      Date.now(),
    )
    await takeDown()
    const background = startBackground(booted.parts)
    const { body } = await started(cast, { user: 'usr_eve', body: { reason: '<b>Why</b>' } })
    const token = await cast.serviceToken()
    const path = `/api/v1/impersonations/${body.impersonation_id as string}`
    const ends = [1, 2, 3].map(() => cast.request('DELETE', path, { token }))
    expect((await Promise.all(ends)).map(({ status }) => status)).toEqual([204, 204, 204])
    await smtp.start()
    down = false
    advance(30)
    await vi.waitFor(() => expect(smtp.received).toHaveLength(2), { timeout: 40_000, interval: 50 })
    await background.stop()
    const subjects = smtp.received.map(({ content }) => /^Subject: (.*)$/m.exec(content)?.[1])
    expect(new Set(subjects.map((subject) => subject?.trim()))).toEqual(
      new Set([
        'Support has stopped acting for you in Acme Portal',
        'Support is acting for you in Acme Portal',
      ]),
    )
    for (const { to, content } of smtp.received) {
      expect(to).toEqual(['eve@customer.test'])
      expect(content).not.toMatch(/^Bcc:/m)
      const html = decode(content.split('Content-Type: text/html')[1] ?? '')
      expect(html).not.toMatch(/<img|<b>/)
      expect(html).toContain('Eve &lt;img src=x onerror=alert(1)&gt;')
    }
  })

  it('is told nothing of what never happened', async () => {
    const { mail } = booted.parts.storage
    const before = (await mail.newest(100)).length
    const actor = (await cast.signIn('root@acme.test')).accessToken
    await cast.start({ actor, user: 'usr_omar', app: 'acme-billing' })
    expect(await mail.newest(100)).toHaveLength(before)
    const both = await Promise.all([cast.start({ actor }), cast.start({ actor })])
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 409]))
    expect(await mail.newest(100)).toHaveLength(before + 1)
  })

  it('and then erased is told nothing more: what waits is gone, and nothing is written after', async () => {
    const { accounts, mail } = booted.parts.storage
    const email = 'mia@customer.test'
    const mia = { sub: 'usr_mia', email, name: 'Mia Sand', organization: null, roles: [] }
    await accounts.add({ ...mia, status: 'active', lastLoginAt: null }, null, Date.now())
    const { body } = await started(cast, { user: 'usr_mia' })
    const toMia = async (): Promise<string[]> =>
      (await mail.newest(1000)).filter(({ to }) => /mia/.test(to)).map(({ id }) => id)
    expect(await toMia()).toEqual([`mail_started_${body.impersonation_id as string}`])
    const { impersonation } = booted.parts
    const parts = {
      ...booted.parts,
      impersonation: {
        ...impersonation,
        async changed(concern: Parameters<typeof impersonation.changed>[0]) {
          // By a request that has read the address before it was erased.
          await mail.put({ ...letter('mail_late'), to: email })
          return impersonation.changed(concern)
        },
      },
    }
    await eraseUser(parts, 'usr_mia', { actor: null, origin: null, by: 'test' })
    const [ended] = await cast.audit({ impersonation: body.impersonation_id as string })
    expect(ended?.subject).toBe('usr_mia')
    expect(await booted.parts.impersonations.find(body.impersonation_id as string)).toMatchObject({
      ended: { by: 'policy', reason: 'subject_disabled' },
    })
    expect(await toMia()).toEqual([])
    await deliverAll()
    expect(smtp.received).toEqual([])
  })

  it('is told by no name of an administrator who is erased meanwhile', async () => {
    const actor = (await cast.signIn('root2@acme.test')).accessToken
    await started(cast, { user: 'usr_omar', actor })
    await eraseUser(booted.parts, 'usr_root2', { actor: null, origin: null, by: 'test' })
    const ended = (await booted.parts.storage.mail.newest(10)).find(({ id }) => /_ended_/.test(id))
    expect(ended?.text).toContain('Somebody of our staff acted for you in Acme Portal')
    expect(ended?.text).not.toMatch(/erased/i)
  })

  it.each([
    ['never', []],
    ['start', ['started']],
    ['end', ['ended']],
  ])('is told what NOTIFY_SUBJECT=%s says', async (NOTIFY_SUBJECT, told) => {
    await booted.restart({ ...roomy, SMTP_URL: smtp.url, NOTIFY_SUBJECT })
    const { body } = await started(cast)
    await clearStage(booted)
    const id = body.impersonation_id as string
    const mails = await booted.parts.storage.mail.newest(100)
    expect(mails.map((one) => one.id).filter((one) => one.includes(id))).toEqual(
      told.map((word) => `mail_${word}_${id}`),
    )
    await booted.restart()
  })
})

it('customers who are to be told must have a mail server', async () => {
  const env = { ISSUER: 'https://login.example', NOTIFY_SUBJECT: 'both' }
  await expect(openParts(env)).rejects.toThrow(
    'NOTIFY_SUBJECT: mail cannot be sent without SMTP_URL',
  )
})

/** Quoted-printable (RFC 2045 §6.7). */
const decode = (text: string): string =>
  text
    .replaceAll(/=\r?\n/g, '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    )
