/** What an impersonated token was seen to do. */
export interface Report {
  readonly type: 'request' | 'write_blocked' | 'forbidden_route'
  readonly method: string
  /** The route's pattern, `/orders/:id`: an address may hold personal data. */
  readonly route: string
  readonly requestId?: string
}

/** Methods that change nothing (RFC 9110 §9.2.1). */
export const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

const MOST_AT_ONCE = 50
/** So many wait each by itself; then what is alike but for its `request_id` is counted. */
const MOST_ALONE = 500
/** Then whatever its route. The last places are for writes. */
const MOST = 1000

interface Waiting {
  readonly event: object
  /** 0 of a write, 1 of a read. */
  readonly rank: number
  count: number
}

/** What waits to be reported of one impersonation. */
export type ReportQueue = Map<string, Waiting>

/** Bounded, and yet loses nothing: what is the same, or too much, is counted. */
export function enqueue(queue: ReportQueue, report: Report): void {
  const { type, requestId } = report
  const method = /^[A-Z]{1,20}$/.test(report.method) ? report.method : 'OTHER'
  const rank = Number(type === 'request' && SAFE.has(method))
  const event = {
    type,
    method,
    route: printable(report.route, 500),
    request_id:
      requestId !== undefined && queue.size < MOST_ALONE ? printable(requestId, 100) : undefined,
  }
  const key = (): string => JSON.stringify(event)
  if (queue.size >= MOST - MOST_AT_ONCE * rank && !queue.has(key())) event.route = '*'
  const one = queue.get(key()) ?? { event, rank, count: 0 }
  one.count += 1
  queue.set(key(), one)
}

/** In their order, unless a flood of reads would keep back the write among them. */
export const nextOf = (queue: ReportQueue): [string, Waiting][] => {
  const all = [...queue]
  if (all.length > MOST_AT_ONCE) all.sort(([, a], [, b]) => a.rank - b.rank)
  return all.slice(0, MOST_AT_ONCE)
}

/** As the issuer takes it: one event that it does not would cost all that travel with it. */
const printable = (text: string, most: number): string =>
  text
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim()
    .slice(0, most) || '*'
