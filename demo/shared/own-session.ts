import { UserManager, WebStorageStateStore } from 'oidc-client-ts'
import type { User } from 'oidc-client-ts'

/** The customer's own sign-in, which knows nothing of impersonation. */
export interface OwnSession {
  readonly state: OwnSessionState
  subscribe(listener: () => void): () => void
  /** Takes up what came back from the issuer, or what an earlier page of this tab left. */
  start(): Promise<void>
  token(): Promise<string | null>
  signIn(): Promise<void>
  signOut(): Promise<void>
  /** The API does not know the token any more. */
  forget(): Promise<void>
}

export interface OwnSessionState {
  readonly status: 'loading' | 'out' | 'in'
  readonly name: string
  readonly email: string
  /** Why signing in did not work. */
  readonly problem: string | null
}

const OUT: OwnSessionState = { status: 'out', name: '', email: '', problem: null }

const stateOf = (user: User | null): OwnSessionState => {
  if (user === null || user.expired === true) return OUT
  const { name, email = '' } = user.profile
  return { status: 'in', name: name ?? email, email, problem: null }
}

/** Authorization code with PKCE; nothing leaves the tab, nor survives it. */
function managerOf(issuer: string, clientId: string): UserManager {
  const store = (prefix: string): WebStorageStateStore =>
    new WebStorageStateStore({ store: sessionStorage, prefix: `${clientId}.${prefix}.` })
  return new UserManager({
    authority: issuer,
    client_id: clientId,
    redirect_uri: `${location.origin}/callback`,
    post_logout_redirect_uri: `${location.origin}/`,
    scope: 'openid profile email orders:read orders:write',
    loadUserInfo: true,
    automaticSilentRenew: false,
    userStore: store('own'),
    stateStore: store('signing-in'),
  })
}

export function createOwnSession(issuer: string, clientId: string): OwnSession {
  const manager = managerOf(issuer, clientId)
  const listeners = new Set<() => void>()
  let state: OwnSessionState = { ...OUT, status: 'loading' }
  const set = (next: OwnSessionState): void => {
    state = next
    for (const listener of listeners) listener()
  }
  const forget = async (): Promise<void> => {
    await manager.removeUser()
    set(OUT)
  }
  return {
    get state() {
      return state
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start: async () => {
      set(await arrive(manager))
    },
    token: async () => {
      const user = await manager.getUser()
      return user === null || user.expired === true ? null : user.access_token
    },
    signIn: () => manager.signinRedirect(),
    async signOut() {
      await manager.signoutRedirect().catch(forget)
    },
    forget,
  }
}

/** The answer of a sign-in leaves the address, whatever came of it. */
async function arrive(manager: UserManager): Promise<OwnSessionState> {
  if (location.pathname !== '/callback' || !/[?&]state=/.test(location.search))
    return stateOf(await manager.getUser())
  try {
    return stateOf(await manager.signinRedirectCallback())
  } catch {
    return { ...OUT, problem: 'Signing in did not work. Try again.' }
  } finally {
    history.replaceState(null, '', '/')
  }
}
