import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, it } from 'vitest'
import { clearStage } from '../support/scene.ts'
import { advance } from '../support/turned-clock.ts'
import { onStage } from './on-stage.ts'
import type { SignedIn } from './ui-stage.ts'
import { giveCode, signedIn, signIn } from './ui-stage.ts'

const REASON = 'cannot see charger 12'
const ROOT = 'root@acme.test'

const ui = onStage()
beforeEach(() => clearStage(ui.stage.booted))

const started = async (): Promise<{ actor: string | null; subject: string | null }[]> =>
  (await ui.stage.cast.audit({ action: 'impersonation.started', actor: 'usr_root' })).map(
    ({ actor, subject }) => ({ actor, subject }),
  )

async function openDialog(): Promise<void> {
  await ui.page.getByRole('button', { name: 'Impersonate…' }).click()
  await ui.page.getByLabel('Reason').fill(REASON)
}

/** As a resource server does of the impersonation that is live. */
async function report(event: object): Promise<void> {
  const { booted, cast } = ui.stage
  const active = { status: 'active', actor: 'usr_root' } as const
  const { items } = await booted.parts.impersonation.list(active, { cursor: null, limit: 1 })
  const path = `/api/v1/impersonations/${items[0]?.impersonation.id}/events`
  const json = { events: [event] }
  const { status } = await cast.request('POST', path, { token: await cast.serviceToken(), json })
  expect(status).toBe(202)
}

const begin = (): Promise<void> =>
  ui.page.getByRole('button', { name: 'Start', exact: true }).click()
const openLink = (app = 'Acme Portal'): ReturnType<Page['getByRole']> =>
  ui.page.getByRole('link', { name: `Open ${app}` })

describe('An administrator', () => {
  it('is in the customer’s app after fewer than ten clicks, and signed in afterwards', async () => {
    let clicks = 0
    await ui.enter()
    await ui.context.exposeFunction('countClick', () => {
      clicks++
    })
    await ui.context.addInitScript(
      `addEventListener('click', (event) => event.isTrusted && countClick(), true)`,
    )
    await signIn(ui.stage, ui.page, '/users')
    await ui.page.getByLabel('Search', { exact: true }).fill('jane')
    await ui.page.getByRole('link', { name: 'Jane Doe' }).click()
    await openDialog()
    await ui.page.getByLabel('Ticket').fill('SUP-1234')
    await begin()
    const [portal] = await Promise.all([ui.context.waitForEvent('page'), openLink().click()])
    await portal.getByTestId('impersonation-banner').waitFor()
    expect(clicks).toBeLessThan(10)
    expect(await portal.getByTestId('impersonation-subject').textContent()).toBe(
      'jane@customer.test',
    )
    expect(await portal.getByTestId('impersonation-banner').textContent()).toContain(REASON)

    // One report may stand for many requests.
    await report({ type: 'request', method: 'GET', route: '/orders', count: 5000 })
    await ui.page.getByRole('button', { name: 'Done' }).click()
    await ui.page.getByRole('button', { name: 'End acting as jane@customer.test' }).click()
    const toast = ui.page.getByText(
      /Impersonation ended after .* s · 50\d\d requests · view the record/,
    )
    await toast.waitFor()
    await ui.page.getByRole('link', { name: 'view the record' }).click()
    const record = ui.page.getByRole('dialog', { name: 'Record of an impersonation' })
    await record.getByText('impersonation.ended').waitFor()
    // Among the facts, and where it happened.
    expect(await record.getByText('Ended by the agent').count()).toBe(2)
    expect(await record.getByText(/^50\d\d requests$/).count()).toBe(1)
    // Ending cost nobody their own session.
    await ui.page.reload()
    await ui.page.getByRole('button', { name: 'Robin Larsson' }).waitFor()
    expect(ui.complaints).toEqual([])
  })

  it('is back on the customer’s page when the impersonation ends elsewhere', async () => {
    await ui.open('/users/usr_jane')
    await openDialog()
    await begin()
    const [portal] = await Promise.all([ui.context.waitForEvent('page'), openLink().click()])
    await portal.getByTestId('impersonation-banner').waitFor()
    await ui.page.getByText('The link to Acme Portal is not shown again').waitFor()
    await portal.getByTestId('impersonation-end').click()
    await ui.page.getByText(/Impersonation ended after .* · view the record/).waitFor()
    await expect.poll(() => ui.page.getByRole('dialog').count()).toBe(0)
    await expect.poll(() => ui.page.url()).toBe(`${ui.stage.panel}/users/usr_jane`)
    const paired = await ui.stage.cast.audit({ actor: 'usr_root', subject: 'usr_jane' })
    const [start, end] = ['impersonation.started', 'impersonation.ended'].map(
      (action) => paired.filter((event) => event.action === action).at(-1)?.impersonation,
    )
    expect(end).toBe(start)
  })

  it('can do it with the keyboard alone', async () => {
    await ui.open('/')
    await ui.page.getByRole('heading', { name: 'Overview' }).waitFor()
    await ui.page.keyboard.press('/')
    await expect
      .poll(() => ui.page.evaluate('document.activeElement.placeholder'))
      .toBe('Search users')
    await ui.page.keyboard.type('jane')
    await ui.page.keyboard.press('Enter')
    const jane = ui.page.getByRole('link', { name: 'Jane Doe' })
    await tabTo(jane)
    await ui.page.keyboard.press('Enter')
    const button = ui.page.getByRole('button', { name: 'Impersonate…' })
    await expect.poll(() => button.isEnabled()).toBe(true)
    await tabTo(button)
    await ui.page.keyboard.press('Enter')
    // The dialog puts the cursor where there is something to write.
    await expect.poll(() => ui.page.getByLabel('Reason').evaluate(isFocused)).toBe(true)
    await ui.page.keyboard.type(REASON)
    const start = ui.page.getByRole('button', { name: 'Start', exact: true })
    await expect.poll(() => start.isEnabled()).toBe(true)
    await tabTo(start)
    await ui.page.keyboard.press('Enter')
    await openLink().waitFor()
    await expect.poll(() => openLink().evaluate(isFocused)).toBe(true)
  })

  it('starts once with a double click', async () => {
    await ui.open('/users/usr_jane')
    const before = (await started()).length
    await openDialog()
    await ui.page.getByRole('button', { name: 'Start', exact: true }).dblclick()
    await openLink().waitFor()
    expect((await started()).slice(before)).toEqual([{ actor: 'usr_root', subject: 'usr_jane' }])
  })

  it('can end the one that is in the way and go on', async () => {
    await ui.open('/users/usr_omar')
    // Once the dry run of what was filled in is over, the dialog believes what it knows.
    const checked = ui.page.waitForResponse(
      (answer) => answer.request().postData()?.includes(REASON) === true,
    )
    await openDialog()
    await checked
    // Meanwhile, elsewhere.
    const other = await ui.stage.cast.start({ user: 'usr_jane' })
    expect(other.status).toBe(200)
    await begin()
    await ui.page.getByText('You are already impersonating somebody').waitFor()
    await ui.page.getByRole('button', { name: 'End it and continue' }).last().click()
    await openLink().waitFor()
    const ended = await ui.stage.booted.parts.storage.impersonations.find(
      other.body.impersonation_id,
    )
    expect(ended?.ended?.reason).toBe('ended_by_impersonator')
  })

  it('asks a customer for consent, and can start once it is given', async () => {
    const { storage } = ui.stage.booted.parts
    await ui.open('/users/usr_omar')
    await openDialog()
    await ui.page.getByLabel('Acme Billing').click()
    await ui.page.getByText('Omar Haddad has not allowed Acme Billing yet').waitFor()
    await ui.page.getByRole('button', { name: 'Send request' }).click()
    await ui.page.getByText('The request was sent').waitFor()
    expect(await ui.stage.cast.audit({ action: 'consent.requested' })).toMatchObject([
      { actor: 'usr_root', subject: 'usr_omar', app: 'acme-billing' },
    ])
    const answer = Date.now()
    const asked = await storage.consentRequests.findPending('usr_omar', 'acme-billing', answer)
    await storage.consents.grant('usr_omar', 'acme-billing', 'openid orders:read', answer)
    await storage.consentRequests.decide(asked?.id ?? '', 'accepted', answer)
    // Whoever waits in the dialog sees it everywhere in there.
    await ui.page.getByText('acme-billing · allowed by the user').waitFor()
    await begin()
    await openLink('Acme Billing').waitFor()
    await storage.consents.revoke('usr_omar', 'acme-billing', Date.now())
  })

  it('comes back from the second factor to what was filled in', async () => {
    await ui.open('/users/usr_jane')
    advance(301)
    await openDialog()
    await ui.page.getByLabel('Full').click()
    await ui.page.getByLabel('Ticket').fill('SUP-9')
    const confirm = ui.page.getByRole('button', { name: 'Confirm with second factor' })
    await confirm.waitFor()
    await confirm.click()
    await giveCode(ui.stage, ui.page, ROOT)
    await ui.page.getByRole('dialog', { name: 'Impersonate Jane Doe' }).waitFor()
    expect(await ui.page.getByLabel('Reason').inputValue()).toBe(REASON)
    expect(await ui.page.getByLabel('Ticket').inputValue()).toBe('SUP-9')
    expect(await ui.page.getByLabel('Full').isChecked()).toBe(true)
    await begin()
    await openLink().waitFor()
    expect(await ui.page.evaluate(`sessionStorage.getItem('admin-panel.impersonate')`)).toBe(null)
  })
})

describe('The button to impersonate', () => {
  const reasons = [
    ['root@acme.test', 'usr_root2', 'This account has an administrator role.'],
    ['root@acme.test', 'usr_root', 'This is you.'],
    ['root@acme.test', 'usr_lena', 'This account is disabled.'],
    [
      'agent@acme.test',
      'usr_jane',
      'Needs one of the roles super_admin, support_admin, org_admin.',
    ],
    ['support@acme.test', 'usr_jane', 'Your role may not impersonate on this server.'],
  ] as const

  it.each(reasons)('says to %s at %s: %s', async (email, sub, reason) => {
    await ui.enter(await signedInOnce(email))
    await ui.open(`/users/${sub}`)
    await ui.page.getByText(reason).waitFor()
    const button = ui.page.getByRole('button', { name: 'Impersonate…' })
    expect(await button.isDisabled()).toBe(true)
    expect(await button.getAttribute('aria-describedby')).toBe('impersonate-obstacle')
  })
})

const known = new Map<string, SignedIn>()

/** Anew for each person: the step-up has replaced the session there was. */
async function signedInOnce(email: string): Promise<SignedIn> {
  const state = known.get(email) ?? (await signedIn(ui.stage, email))
  known.set(email, state)
  return state
}

interface Focusable {
  readonly ownerDocument: { readonly activeElement: unknown }
}

const isFocused = (element: Focusable): boolean => element === element.ownerDocument.activeElement

async function tabTo(target: ReturnType<Page['getByRole']>): Promise<void> {
  await target.waitFor()
  for (let presses = 0; presses < 80; presses++) {
    if (await target.evaluate(isFocused)) return
    await ui.page.keyboard.press('Tab')
  }
  throw new Error('cannot be reached with the keyboard')
}
