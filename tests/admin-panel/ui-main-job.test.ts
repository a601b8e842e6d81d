import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { clearStage } from '../support/scene.ts'
import { advance } from '../support/turned-clock.ts'
import type { SignedIn, Stage, Window } from './ui-stage.ts'
import { giveCode, openStage, openWindow, signedIn, signIn } from './ui-stage.ts'

// A browser on a busy machine takes its time; nothing here waits for a clock.
vi.setConfig({ testTimeout: 60_000 })

const REASON = 'cannot see charger 12'
const ROOT = 'root@acme.test'

let stage: Stage
let root: SignedIn
let window: Window | undefined
let page: Page

beforeAll(async () => {
  stage = await openStage()
  root = await signedIn(stage)
})
afterAll(async () => {
  await stage?.close()
})
beforeEach(async () => {
  await clearStage(stage.booted)
  await enter()
})

/** A fresh window, of root unless told otherwise. */
async function enter(state: SignedIn | undefined = root): Promise<void> {
  await window?.context.close()
  window = await openWindow(stage, state)
  ;({ page } = window)
}

const open = (path: string): Promise<unknown> => page.goto(stage.panel + path)

const started = async (): Promise<{ actor: string | null; subject: string | null }[]> =>
  (await stage.cast.audit({ action: 'impersonation.started', actor: 'usr_root' })).map(
    ({ actor, subject }) => ({ actor, subject }),
  )

async function openDialog(): Promise<void> {
  await page.getByRole('button', { name: 'Impersonate…' }).click()
  await page.getByLabel('Reason').fill(REASON)
}

const begin = (): Promise<void> => page.getByRole('button', { name: 'Start', exact: true }).click()
const openLink = (app = 'Acme Portal'): ReturnType<Page['getByRole']> =>
  page.getByRole('link', { name: `Open ${app}` })

describe('An administrator', () => {
  it('is in the customer’s app after fewer than ten clicks, and signed in afterwards', async () => {
    let clicks = 0
    window = await openWindow(stage)
    ;({ page } = window)
    const { context, complaints } = window
    await context.exposeFunction('countClick', () => {
      clicks++
    })
    await context.addInitScript(
      `addEventListener('click', (event) => event.isTrusted && countClick(), true)`,
    )
    await signIn(stage, page, '/users')
    await page.getByLabel('Search', { exact: true }).fill('jane')
    await page.getByRole('link', { name: 'Jane Doe' }).click()
    await openDialog()
    await page.getByLabel('Ticket').fill('SUP-1234')
    await begin()
    const [portal] = await Promise.all([context.waitForEvent('page'), openLink().click()])
    await portal.getByTestId('impersonation-banner').waitFor()
    expect(clicks).toBeLessThan(10)
    expect(await portal.getByTestId('impersonation-subject').textContent()).toBe(
      'jane@customer.test',
    )
    expect(await portal.getByTestId('impersonation-banner').textContent()).toContain(REASON)

    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('button', { name: 'End acting as jane@customer.test' }).click()
    const toast = page.getByText(/Impersonation ended after .* s · \d+ requests? · view the record/)
    await toast.waitFor()
    await page.getByRole('link', { name: 'view the record' }).click()
    const record = page.getByRole('dialog', { name: 'Record of an impersonation' })
    await record.getByText('Ended by the agent').waitFor()
    await record.getByText('impersonation.ended').waitFor()
    // Ending cost nobody their own session.
    await page.reload()
    await page.getByRole('button', { name: 'Robin Larsson' }).waitFor()
    expect(complaints).toEqual([])
  })

  it('is back on the customer’s page when the impersonation ends elsewhere', async () => {
    await open('/users/usr_jane')
    await openDialog()
    await begin()
    const [portal] = await Promise.all([window?.context.waitForEvent('page'), openLink().click()])
    await portal?.getByTestId('impersonation-banner').waitFor()
    await page.getByText('The link to Acme Portal is not shown again').waitFor()
    await portal?.getByTestId('impersonation-end').click()
    await page.getByText(/Impersonation ended after .* · view the record/).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
    expect(page.url()).toBe(`${stage.panel}/users/usr_jane`)
    const paired = await stage.cast.audit({ actor: 'usr_root', subject: 'usr_jane' })
    const [start, end] = ['impersonation.started', 'impersonation.ended'].map(
      (action) => paired.filter((event) => event.action === action).at(-1)?.impersonation,
    )
    expect(end).toBe(start)
  })

  it('can do it with the keyboard alone', async () => {
    await open('/')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('jane')
    await page.keyboard.press('Enter')
    const jane = page.getByRole('link', { name: 'Jane Doe' })
    await tabTo(jane)
    await page.keyboard.press('Enter')
    const button = page.getByRole('button', { name: 'Impersonate…' })
    await expect.poll(() => button.isEnabled()).toBe(true)
    await tabTo(button)
    await page.keyboard.press('Enter')
    // The dialog puts the cursor where there is something to write.
    await expect.poll(() => page.getByLabel('Reason').evaluate(isFocused)).toBe(true)
    await page.keyboard.type(REASON)
    const start = page.getByRole('button', { name: 'Start', exact: true })
    await expect.poll(() => start.isEnabled()).toBe(true)
    await tabTo(start)
    await page.keyboard.press('Enter')
    await openLink().waitFor()
    await expect.poll(() => openLink().evaluate(isFocused)).toBe(true)
  })

  it('starts once with a double click', async () => {
    await open('/users/usr_jane')
    const before = (await started()).length
    await openDialog()
    await page.getByRole('button', { name: 'Start', exact: true }).dblclick()
    await openLink().waitFor()
    expect((await started()).slice(before)).toEqual([{ actor: 'usr_root', subject: 'usr_jane' }])
  })

  it('can end the one that is in the way and go on', async () => {
    await open('/users/usr_omar')
    await openDialog()
    await expect.poll(() => page.getByRole('button', { name: 'Start' }).isEnabled()).toBe(true)
    // Meanwhile, elsewhere.
    const other = await stage.cast.start({ user: 'usr_jane' })
    expect(other.status).toBe(200)
    await begin()
    await page.getByText('You are already impersonating somebody').waitFor()
    await page.getByRole('button', { name: 'End it and continue' }).last().click()
    await openLink().waitFor()
    const ended = await stage.booted.parts.storage.impersonations.find(other.body.impersonation_id)
    expect(ended?.ended?.reason).toBe('ended_by_impersonator')
  })

  it('asks a customer for consent, and can start once it is given', async () => {
    const { storage } = stage.booted.parts
    await open('/users/usr_omar')
    await openDialog()
    await page.getByLabel('Acme Billing').click()
    await page.getByText('Omar Haddad has not allowed Acme Billing yet').waitFor()
    await page.getByRole('button', { name: 'Send request' }).click()
    await page.getByText('The request was sent').waitFor()
    expect(await stage.cast.audit({ action: 'consent.requested' })).toMatchObject([
      { actor: 'usr_root', subject: 'usr_omar', app: 'acme-billing' },
    ])
    await storage.consents.grant('usr_omar', 'acme-billing', 'openid orders:read', Date.now())
    await page.reload()
    await begin()
    await openLink('Acme Billing').waitFor()
    await storage.consents.revoke('usr_omar', 'acme-billing', Date.now())
  })

  it('comes back from the second factor to what was filled in', async () => {
    await open('/users/usr_jane')
    advance(301)
    await openDialog()
    await page.getByLabel('Full').click()
    await page.getByLabel('Ticket').fill('SUP-9')
    const confirm = page.getByRole('button', { name: 'Confirm with second factor' })
    await confirm.waitFor()
    await confirm.click()
    await giveCode(stage, page, ROOT)
    await page.getByRole('dialog', { name: 'Impersonate Jane Doe' }).waitFor()
    expect(await page.getByLabel('Reason').inputValue()).toBe(REASON)
    expect(await page.getByLabel('Ticket').inputValue()).toBe('SUP-9')
    expect(await page.getByLabel('Full').isChecked()).toBe(true)
    await begin()
    await openLink().waitFor()
    expect(await page.evaluate(`sessionStorage.getItem('admin-panel.impersonate')`)).toBe(null)
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
    await enter(await signedInOnce(email))
    await open(`/users/${sub}`)
    await page.getByText(reason).waitFor()
    const button = page.getByRole('button', { name: 'Impersonate…' })
    expect(await button.isDisabled()).toBe(true)
    expect(await button.getAttribute('aria-describedby')).toBe('impersonate-obstacle')
  })
})

const known = new Map<string, SignedIn>()

/** Anew for each person: the step-up has replaced the session there was. */
async function signedInOnce(email: string): Promise<SignedIn> {
  const state = known.get(email) ?? (await signedIn(stage, email))
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
    await page.keyboard.press('Tab')
  }
  throw new Error('cannot be reached with the keyboard')
}
