import type { Parts } from './parts.ts'

/**
 * A log line for each audit event this process has written, so that a log can be searched by who
 * acted, for whom, and in which impersonation. Ids only: what is personal stays in the trail.
 */
export function logEvents({ storage, log }: Pick<Parts, 'storage' | 'log'>): void {
  storage.audit.observe(
    ({ id, action, outcome, code, actor, subject, app, impersonation, requestId, service }) => {
      const who = { actor, subject, app, impersonation, s2s_client: service }
      log.info(
        { request_id: requestId, event: id, action, outcome, denial: code, ...who },
        'audit event',
      )
    },
  )
}
