import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { addService } from '../support/attack.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import type { EventReader } from '../support/event-reader.ts'
import { readEvents } from '../support/event-reader.ts'

describe.each(['sqlite', 'postgres'] as const)(
  'the feed of ended impersonations, %s',
  (database) => {
    let booted: Booted
    let cast: Cast
    let service: string
    let readers: EventReader[]

    beforeEach(async () => {
      booted = await boot({ database })
      cast = castOf(booted)
      service = await cast.serviceToken()
      readers = []
    })
    afterEach(async () => {
      vi.useRealTimers()
      for (const reader of readers) reader.close()
      await booted.close()
    })

    const open = async (token = service, lastEventId?: string): Promise<EventReader> => {
      const url = `${booted.issuer}/api/v1/impersonations/ended`
      const reader = await readEvents(url, token, lastEventId)
      readers.push(reader)
      return reader
    }
    const startAndEnd = async (): Promise<string> => {
      const { body } = await cast.start()
      const id = body.impersonation_id as string
      const path = `/api/v1/impersonations/${id}`
      expect((await cast.request('DELETE', path, { token: service })).status).toBe(204)
      return id
    }

    it('tells of an end as it happens', async () => {
      const reader = await open()
      expect(reader.status).toBe(200)
      expect(reader.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
      expect(reader.headers.get('cache-control')).toBe('no-store')
      const id = await startAndEnd()
      const { body } = await cast.request('GET', `/api/v1/impersonations/${id}`, { token: service })
      const event = await reader.next()
      expect(event).toEqual({
        event: 'ended',
        id: expect.stringMatching(/^\d+$/),
        data: { impersonation_id: id, ended_at: body.ended_at, ended_by: 'admin' },
      })
    })

    it('tells again what was missed since the last event that was read', async () => {
      const first = await open()
      await startAndEnd()
      const { id: cursor } = await first.next()
      first.close()
      const missed = await startAndEnd()
      const again = await open(service, cursor ?? '')
      // At least once: what was noticed just before the cursor is told again.
      let told = await again.next()
      while (told.data['impersonation_id'] !== missed) told = await again.next()
      expect(told).toMatchObject({ event: 'ended', data: { ended_by: 'admin' } })
    })

    it.each([String(Date.now() - 3_700_000), 'what', '-1', '99999999999999999'])(
      'says reset to a reader that was away for too long, or never here: %s',
      async (cursor) => {
        expect(await (await open(service, cursor)).next()).toEqual({
          event: 'reset',
          id: null,
          data: {},
        })
      },
    )

    it('is for services with the scope', async () => {
      const readonly = await cast.serviceToken('acme-readonly', 'read_user')
      const refused = await open(readonly)
      expect(refused.status).toBe(403)
      expect((await open('nobody')).status).toBe(401)
    })

    it('ends at its next heartbeat once the token is revoked, or its client disabled', async () => {
      const { apps } = booted.parts.storage
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
      await addService(booted, 'follower', 'read_impersonation')
      const revoked = await cast.serviceToken()
      const disabled = await cast.serviceToken('follower', 'read_impersonation')
      const [kept, ...lost] = [await open(), await open(revoked), await open(disabled)]
      vi.advanceTimersByTime(15_000)
      await cast.form('/token/revocation', { token: revoked }, 'acme-backend')
      await apps.setEnabled('follower', false)
      vi.advanceTimersByTime(15_000)
      expect(await Promise.all(lost.map(({ ended }) => ended))).toEqual([true, true])
      await startAndEnd()
      expect(await kept.next()).toMatchObject({ event: 'ended' })
    })

    it('does not keep the server from stopping', async () => {
      const reader = await open()
      const began = performance.now()
      const told = reader.ended.then((isEnded) => isEnded && performance.now() - began)
      await booted.restart()
      expect(await told).toBeLessThan(5000)
      // Nor does its connection, which is idle then: what does not go is cut off after ten seconds.
      expect(performance.now() - began).toBeLessThan(10_000)
    })

    it('hears of ends that another process has written', async () => {
      const reader = await open()
      const { body } = await cast.start()
      const { openStorage } = await import('understudy')
      const { databaseUrl, dataDir } = booted.parts.server
      const other = openStorage(databaseUrl === undefined ? { folder: dataDir } : { databaseUrl })
      const ending = { at: Date.now(), by: 'admin', reason: 'revoked_by_admin' } as const
      await other.impersonations.end(body.impersonation_id, ending, [])
      await other.close()
      expect((await reader.next()).data).toMatchObject({ impersonation_id: body.impersonation_id })
    })
  },
)
