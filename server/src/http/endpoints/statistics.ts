import { readStatistics } from '../../operations/read-statistics.ts'
import type { Endpoint } from '../endpoint.ts'
import { endpoint } from '../endpoint.ts'
import { presentStatistics } from '../present.ts'

export const statisticsEndpoints: readonly Endpoint[] = [
  endpoint<undefined, undefined>({
    method: 'get',
    path: '/statistics',
    summary: 'How much is going on; counts stop at 10 000',
    access: 'read_audit',
    answers: { 200: 'statistics' },
    async handle({ ports }) {
      return { status: 200, body: presentStatistics(await readStatistics(ports)) }
    },
  }),
]
