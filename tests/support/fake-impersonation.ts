import type {
  Impersonation,
  ImpersonationSession,
  ImpersonationState,
} from '../../sdk/src/impersonation.ts'

export interface FakeImpersonation extends Impersonation {
  state: ImpersonationState
  /** Moves to another state and tells those who listen. */
  become(state: Partial<ImpersonationState>): void
  /** Sets how many seconds are left; the clock stands still. */
  left(seconds: number): void
  /** What was called, in order. */
  readonly calls: string[]
  /** What the banner last reported. */
  visible: boolean | undefined
}

/** An impersonation that does what a test says, for pages in a browser. */
export function fakeImpersonation(
  overrides: Partial<ImpersonationSession> = {},
): FakeImpersonation {
  let remaining = 760_000
  const listeners = new Set<() => void>()
  const session: ImpersonationSession = {
    id: 'imp_7Qx2',
    actor: { sub: 'u1', email: 'support@acme.test', name: 'Sam Support' },
    subject: { sub: 'u2', email: 'jane@customer.test', name: 'Jane Doe' },
    app: { clientId: 'acme-portal', name: 'Acme Portal' },
    mode: 'read_only',
    reason: 'Invoice is missing',
    ticket: 'ACME-1204',
    remaining: () => remaining,
    ...overrides,
  }
  const fake: FakeImpersonation = {
    state: { status: 'active', session, error: null },
    calls: [],
    visible: undefined,
    become(state) {
      fake.state = { ...fake.state, ...state }
      for (const listener of listeners) listener()
    },
    left(seconds) {
      remaining = seconds * 1000
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    async start() {
      fake.calls.push('start')
      return fake.state.session
    },
    getAccessToken: async () => 'token',
    token: async (fallback) => fallback(),
    fetch: async (input, init) => fetch(input, init),
    async end() {
      fake.calls.push('end')
      fake.become({ status: 'ended', session: null, reason: 'ended_here' })
    },
    setBannerVisible(visible) {
      fake.calls.push(`visible ${visible}`)
      fake.visible = visible
    },
  }
  return fake
}
