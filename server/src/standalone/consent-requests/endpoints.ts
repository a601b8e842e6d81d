import { z } from 'zod'
import type { ConsentRequest, Endpoint, Storage } from '../../index.ts'
import {
  ACTOR_TOKEN,
  endpoint,
  idOrNull,
  pageOf,
  pageShape,
  paging,
  readUser,
  textSchema,
} from '../../index.ts'
import { consentRequestShape, presentConsentRequest } from './present-consent-request.ts'
import { requestConsent } from './request-consent.ts'

interface PageQuery {
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}

const pageQuery: z.ZodType<PageQuery> = z.strictObject(paging)

interface AskBody {
  readonly reason: string
  readonly mode?: 'read_only' | 'full' | undefined
}

/** Without those nobody can see: padding is no reason. */
const isReason = (text: string): boolean => [...text.replaceAll(/\p{Cf}/gu, '')].length >= 10

const askBody: z.ZodType<AskBody> = z
  .strictObject({
    reason: textSchema(500)
      .refine(isReason)
      .meta({ description: '10 to 500 code points', override: { type: 'string' } }),
    mode: z.enum(['read_only', 'full']).optional(),
  })
  .meta({ id: 'AskForConsent' })

export interface Asks {
  readonly storage: Storage
  readonly issuer: string
  readonly mails: boolean
}

/** What an administrator asks a customer for, through a service. */
export const consentRequestEndpoints = (asks: Asks): readonly Endpoint[] => [list(asks), ask(asks)]

const list = ({ storage }: Asks): Endpoint =>
  endpoint<undefined, PageQuery>({
    method: 'get',
    path: '/users/:userId/consent-requests',
    summary: 'What a user was asked to allow, newest first',
    access: 'read_user',
    readsFor: true,
    query: pageQuery,
    answers: { 200: pageShape(consentRequestShape) },
    async handle({ ports, reader, params, query, origin }) {
      const { sub } = await readUser(ports, reader, idOrNull(params['userId']), origin)
      const found = await storage.consentRequests.listOf(sub, pageOf(query), ports.clock())
      const items = await Promise.all(found.items.map((item) => present(storage, item)))
      return { status: 200, body: { items, next_cursor: found.nextCursor } }
    },
  })

const ask = ({ storage, issuer, mails }: Asks): Endpoint =>
  endpoint<AskBody, undefined>({
    method: 'post',
    path: '/users/:userId/consent-requests/:appId',
    summary: 'Ask a user to allow an app; an administrator must be named with `Actor-Token`',
    access: 'root',
    headers: { [ACTOR_TOKEN]: 'access token of the administrator who asks' },
    body: askBody,
    answers: { 202: consentRequestShape },
    async handle({ ports, service, params, body, header, origin }) {
      const wanted = {
        service: service.clientId,
        subject: idOrNull(params['userId']),
        app: idOrNull(params['appId']),
        mode: body.mode ?? ports.settings.defaultMode,
        origin,
      }
      const asking = { ports, storage, issuer, mails }
      const request = await requestConsent(asking, wanted, header(ACTOR_TOKEN), body.reason)
      return { status: 202, body: await present(storage, request) }
    },
  })

const present = (storage: Storage, request: ConsentRequest): Promise<object> =>
  presentConsentRequest(storage, request)
