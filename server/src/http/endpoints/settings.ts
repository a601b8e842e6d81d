import type { Endpoint } from '../endpoint.ts'
import { endpoint } from '../endpoint.ts'
import { presentSettings } from '../present-settings.ts'

export const settingsEndpoints: readonly Endpoint[] = [
  endpoint<undefined, undefined>({
    method: 'get',
    path: '/settings',
    summary: 'The policy in force, and every role there is',
    access: 'read_app',
    answers: { 200: 'settings' },
    async handle({ ports }) {
      const policy = presentSettings(ports.settings)
      return { status: 200, body: { policy, roles: [...ports.roles] } }
    },
  }),
]
