import type { ConsentRequest, Mail, Passkey } from 'understudy'
import { ConditionLost, sessionIdOf } from 'understudy'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Stores } from '../support/stores.ts'
import { databases, NOW, openStores } from '../support/stores.ts'

const HOUR = 3_600_000

describe.each(databases)('what customers see and decide, on %s', (database) => {
  let stores: Stores
  beforeEach(async () => {
    stores = await openStores(database)
    const account = { organization: null, roles: [], status: 'active', lastLoginAt: null } as const
    for (const sub of ['usr_1', 'usr_2']) {
      await stores.storage.accounts.add(
        { ...account, sub, email: `${sub}@x.test`, name: sub },
        null,
        NOW,
      )
    }
  })
  afterEach(() => stores.close())

  describe('mail', () => {
    const mail: Mail = { id: 'm1', to: 'a@x', subject: 's', text: 't', html: 'h', createdAt: NOW }

    it('is put once by its id, and with its unit or not at all', async () => {
      const { storage } = stores
      await storage.mail.put(mail)
      await storage.mail.put({ ...mail, subject: 'other' })
      const refused = storage.unitOfWork.run(async () => {
        await storage.mail.put({ ...mail, id: 'm2' })
        throw new Error('refused')
      })
      await expect(refused).rejects.toThrow('refused')
      await storage.unitOfWork.run(
        async () => {
          await storage.mail.put({ ...mail, id: 'm3' })
          await storage.mail.put({ ...mail, id: 'm4' }, true)
        },
        () => 'endings',
      )
      const found = await storage.mail.newest(10)
      expect(found.map(({ id, subject }) => [id, subject])).toEqual([
        ['m1', 's'],
        ['m4', 's'],
      ])
    })

    it('is claimed by one of many, and due again when that one is silent', async () => {
      const { storage } = stores
      await storage.mail.put(mail)
      const [due] = await storage.mail.findDue(NOW, 5)
      expect(due).toEqual({ ...mail, dueAt: NOW, attempts: 0 })
      const claims = await Promise.allSettled(
        Array.from({ length: 10 }, async () => {
          if (due !== undefined) await storage.mail.claim(due, NOW + 100)
        }),
      )
      expect(claims.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await storage.mail.findDue(NOW + 99, 5)).toEqual([])
      expect(await storage.mail.findDue(NOW + 100, 5)).toEqual([
        { ...mail, dueAt: NOW + 100, attempts: 1 },
      ])
    })

    it('waits until it was sent or given up', async () => {
      const { storage } = stores
      for (const id of ['m1', 'm2']) await storage.mail.put({ ...mail, id })
      await storage.mail.settle('m1', { dueAt: NOW + 5, error: 'down' })
      expect(await storage.mail.oldestWaiting()).toBe(NOW)
      await storage.mail.settle('m1', { sentAt: NOW })
      await storage.mail.settle('m2', { failedAt: NOW, error: 'down' })
      expect(await storage.mail.findDue(NOW + HOUR, 5)).toEqual([])
      expect(await storage.mail.oldestWaiting()).toBe(null)
    })
  })

  describe('a request for consent', () => {
    const request: ConsentRequest = {
      id: 'crq_1',
      subject: 'usr_1',
      app: 'portal',
      actor: 'usr_2',
      service: null,
      mode: 'read_only',
      reason: 'because of this',
      status: 'pending',
      requestedAt: NOW,
      expiresAt: NOW + HOUR,
      decidedAt: null,
    }
    beforeEach(() =>
      stores.storage.apps.add(
        {
          clientId: 'portal',
          name: 'Portal',
          type: 'spa',
          enabled: true,
          requireConsent: true,
          redirectUris: [],
          scope: 'openid',
          writeScopes: [],
          resources: [],
          secretHash: null,
          postLogoutRedirectUris: [],
          serviceScope: '',
          grantTypes: [],
          idTokenAlg: 'ES256',
          introspectsAll: false,
        },
        NOW,
      ),
    )

    it('is the only one that waits for a pair, until it expires', async () => {
      const { consentRequests } = stores.storage
      await consentRequests.add(request)
      expect(await consentRequests.find('crq_1', NOW)).toEqual(request)
      const second = { ...request, id: 'crq_2' }
      await expect(consentRequests.add(second)).rejects.toEqual(new ConditionLost('exists'))
      const later = NOW + HOUR
      expect(await consentRequests.findPending('usr_1', 'portal', later)).toBe(undefined)
      await consentRequests.add({ ...second, requestedAt: later, expiresAt: later + HOUR })
      const page = await consentRequests.listOf('usr_1', { cursor: null, limit: 1 }, later)
      expect(page.items.map(({ id, status }) => [id, status])).toEqual([['crq_2', 'pending']])
      const next = { cursor: page.nextCursor, limit: 1 }
      expect((await consentRequests.listOf('usr_1', next, later)).items).toEqual([
        { ...request, status: 'expired' },
      ])
    })

    it('is answered once, and in time', async () => {
      const { consentRequests } = stores.storage
      await consentRequests.add(request)
      await expect(consentRequests.decide('crq_1', 'accepted', NOW + HOUR)).rejects.toEqual(
        new ConditionLost('changed'),
      )
      const answers = await Promise.allSettled(
        (['accepted', 'declined', 'accepted'] as const).map((status) =>
          consentRequests.decide('crq_1', status, NOW + 1),
        ),
      )
      expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await consentRequests.find('crq_1', NOW + HOUR)).toMatchObject({ decidedAt: NOW + 1 })
    })
  })

  it('keeps passkeys of each account, and lets a counter be moved once', async () => {
    const { passkeys } = stores.storage
    const passkey: Passkey = {
      id: 'key',
      account: 'usr_1',
      name: 'Key',
      publicKey: 'pk',
      counter: 1,
      transports: ['usb'],
      device: 'single',
      createdAt: NOW,
      lastUsedAt: null,
    }
    await passkeys.add(passkey)
    await expect(passkeys.add({ ...passkey, account: 'usr_2' })).rejects.toEqual(
      new ConditionLost('exists'),
    )
    await passkeys.rename('usr_2', 'key', 'stolen')
    await passkeys.remove('usr_2', 'key')
    expect(await passkeys.listOf('usr_1')).toEqual([passkey])
    const uses = [2, 3].map((counter) => passkeys.noteUse(passkey, counter, NOW + 1))
    const settled = await Promise.allSettled(uses)
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await passkeys.remove('usr_1', 'key')
    expect(await passkeys.listOf('usr_1')).toEqual([])
  })

  it('lets each recovery code be used once, by its owner, until there are new ones', async () => {
    const { recoveryCodes } = stores.storage
    await recoveryCodes.replace('usr_1', ['a', 'b'])
    await expect(recoveryCodes.use('usr_2', 'a', NOW)).rejects.toEqual(
      new ConditionLost('consumed'),
    )
    const uses = await Promise.allSettled([1, 2, 3].map(() => recoveryCodes.use('usr_1', 'a', NOW)))
    expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await recoveryCodes.countUnused('usr_1')).toBe(1)
    await recoveryCodes.replace('usr_1', ['c'])
    await expect(recoveryCodes.use('usr_1', 'b', NOW)).rejects.toEqual(
      new ConditionLost('consumed'),
    )
    expect(await recoveryCodes.countUnused('usr_1')).toBe(1)
  })

  it('finds the login sessions of an account, newest first, while they live', async () => {
    const { models, sessions } = stores.storage
    const save = (id: string, accountId: string, loginTs: number, exp: number): Promise<void> =>
      models('Session').upsert(
        id,
        {
          uid: `uid-${id}`,
          accountId,
          loginTs,
          exp,
          amr: ['pwd'],
          authorizations: { portal: { grantId: 'g1' }, panel: {} },
        },
        60,
      )
    const second = NOW / 1000
    await save('one', 'usr_1', second - 5, second + 60)
    await save('two', 'usr_1', second - 1, second + 60)
    await save('old', 'usr_1', second - 9, second - 1)
    await save('other', 'usr_2', second, second + 60)
    const found = await sessions.listOf('usr_1', NOW)
    expect(found.map(({ uid }) => uid)).toEqual(['uid-two', 'uid-one'])
    expect(found[0]).toEqual({
      id: sessionIdOf('uid-two'),
      uid: 'uid-two',
      signedInAt: NOW - 1000,
      expiresAt: NOW + 60_000,
      amr: ['pwd'],
      apps: [
        { clientId: 'portal', grantId: 'g1' },
        { clientId: 'panel', grantId: null },
      ],
    })
  })
})
