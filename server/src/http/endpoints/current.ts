import { endCurrentImpersonation } from '../../operations/end-current-impersonation.ts'
import { readCurrentImpersonation } from '../../operations/read-current-impersonation.ts'
import type { Endpoint } from '../endpoint.ts'
import { endpoint } from '../endpoint.ts'
import { presentImpersonation } from '../present.ts'

/** For the app that is being acted in, with the access token it got. */
export const currentEndpoints: readonly Endpoint[] = [
  endpoint<undefined, undefined>({
    method: 'get',
    path: '/impersonation',
    summary: 'The impersonation this access token belongs to',
    access: 'browser',
    answers: { 200: 'impersonation' },
    async handle({ ports, token, origin }) {
      const current = await readCurrentImpersonation(ports, token, origin)
      return { status: 200, body: presentImpersonation(current) }
    },
  }),
  endpoint<undefined, undefined>({
    method: 'post',
    path: '/impersonation/end',
    summary: 'End the impersonation this access token belongs to',
    access: 'browser',
    answers: { 204: null },
    async handle({ ports, token, origin }) {
      await endCurrentImpersonation(ports, token, origin)
      return { status: 204 }
    },
  }),
]
