import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { AuditEvent } from '../../index.ts'

/** What the server counts. Labels have few values: never an id, an address or a path with one in it. */
export interface Metrics {
  readonly registry: Registry
  /** One more audit event of this node. */
  readonly countEvent: (event: Pick<AuditEvent, 'action' | 'outcome' | 'code' | 'details'>) => void
  /** One more request answered, after so many seconds. */
  readonly countRequest: (
    request: { readonly route: string; readonly method: string; readonly status: number },
    seconds: number,
  ) => void
  /** Something that must not fail has failed. */
  readonly countAlarm: () => void
}

/** What is asked when somebody collects, because it belongs to the database and not to a node. */
export interface Stock {
  /** Active impersonations. */
  active(): Promise<number>
  /** Age in seconds of the audit event that has waited longest in the outbox. */
  outboxSeconds(): Promise<number>
}

const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export function createMetrics(stock: Stock): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const events = new Counter({
    name: 'understudy_audit_events_total',
    help: 'Audit events written by this node.',
    labelNames: ['action', 'outcome', 'code'],
    registers,
  })
  const requests = new Histogram({
    name: 'understudy_http_request_duration_seconds',
    help: 'Requests answered by this node.',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers,
  })
  const alarms = new Counter({
    name: 'understudy_alarms_total',
    help: 'Log lines with "alarm": true: something that must not fail has failed.',
    registers,
  })
  gaugesOf(stock, registry)
  return {
    registry,
    countEvent: ({ action, outcome, code, details }) => {
      // Of a flood there is one event that says how many.
      const { count = 1 } = details as { readonly count?: number }
      events.inc({ action, outcome, code: code ?? '' }, count)
    },
    countRequest: ({ route, method, status }, seconds) => {
      requests.observe({ method, route, status: String(status) }, seconds)
    },
    countAlarm: () => {
      alarms.inc()
    },
  }
}

function gaugesOf(stock: Stock, registry: Registry): void {
  const registers = [registry]
  const oldest: Gauge = new Gauge({
    name: 'understudy_audit_outbox_oldest_seconds',
    help: 'Age of the oldest audit event that could not be written yet.',
    registers,
    async collect() {
      oldest.set(await stock.outboxSeconds())
    },
  })
  const active: Gauge = new Gauge({
    name: 'understudy_impersonations_active',
    help: 'Impersonations that have not ended, on all nodes.',
    registers,
    async collect() {
      active.set(await stock.active())
    },
  })
}
