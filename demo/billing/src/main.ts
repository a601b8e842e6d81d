import type { ImpersonationSession } from '@understudy/sdk'
import { createImpersonation } from '@understudy/sdk'
import { createApi } from '../../shared/api.ts'
import { readConfig } from '../../shared/config.ts'
import { createOwnSession } from '../../shared/own-session.ts'
import { showAddress } from './address.ts'
import { showBanner } from './banner.ts'
import { carryToken } from './form-token.ts'
import { showInvoices } from './invoices.ts'
import { at, show, write } from './page.ts'

const CLIENT = 'acme-billing'

const { issuer, resource } = readConfig()
const own = createOwnSession(issuer, CLIENT)
// No `resource`: the token is opaque, so that our server can end the impersonation with it.
const impersonation = createImpersonation({
  issuer,
  clientId: CLIENT,
  api: [resource],
  ownSession: () => own.state.status === 'in',
})
const api = createApi(impersonation, own, resource)

async function run(): Promise<void> {
  const isAnswer = new URLSearchParams(location.search).has('code')
  const starting = impersonation.start().catch(() => null)
  if (isAnswer) await starting
  await own.start()
  const session = await starting
  // Whoever was led to that page by somebody else must not believe it.
  if (location.pathname === '/ended') {
    if (session !== null) location.replace('/')
    return
  }
  impersonation.subscribe(leave)
  leave()
  tellProblem()
  if (session !== null) await showBanner(impersonation, session)
  else if (own.state.status !== 'in') {
    show('out')
    return
  }
  await carryToken(impersonation, own)
  await enter(session)
}

/** It ended somewhere else, or by itself: nothing of the customer stays on the page. */
function leave(): void {
  const { status, reason = 'revoked' } = impersonation.state
  if (status === 'ended') location.replace(`/ended?cause=${reason}`)
}

async function enter(session: ImpersonationSession | null): Promise<void> {
  const isReadOnly = session?.mode === 'read_only'
  const name = session?.subject.name ?? session?.subject.email ?? own.state.name
  write('customer', name)
  write('initials', initialsOf(name))
  const [note, out] = [at('read-only'), at('sign-out')]
  if (note !== null) note.hidden = !isReadOnly
  // Signing out is the customer's: whoever impersonates them ends that instead.
  if (out !== null) out.hidden = session !== null
  try {
    await Promise.all([showInvoices(api, isReadOnly), showAddress(api, isReadOnly)])
    show('in')
  } catch (error) {
    if (impersonation.state.status === 'ended') return
    tell('This cannot be shown right now', (error as Error).message)
    show(session === null && own.state.status !== 'in' ? 'out' : 'in')
  }
}

const initialsOf = (name: string): string =>
  name
    .split(/\s+/)
    .map((word) => word.charAt(0))
    .slice(0, 2)
    .join('')

function tellProblem(): void {
  const { error } = impersonation.state
  if (error !== null) tell('Not opened', error.hint)
  else if (own.state.problem !== null) tell('Not signed in', own.state.problem)
}

function tell(title: string, why: string): void {
  write('problem-title', title)
  write('problem-why', why)
  const alert = at('problem')
  if (alert !== null) alert.hidden = false
}

at('sign-in')?.addEventListener('click', () => {
  own.signIn().catch(() => {
    tell('Not signed in', 'Signing in is not possible right now.')
  })
})
at('sign-out')?.addEventListener('click', () => void own.signOut())
void run()
