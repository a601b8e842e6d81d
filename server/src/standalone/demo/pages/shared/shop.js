/** What Acme's two apps have in common: a customer, orders, and sometimes somebody in between. */

import { element, showBanner } from './banner.js'
import { createImpersonation, takeLink } from './impersonation.js'

const CHECK_EVERY_MS = 15_000

const at = (id) => document.getElementById(id)

export const money = (cents) =>
  new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' }).format(cents / 100)

export const day = (instant) =>
  new Intl.DateTimeFormat('en', { dateStyle: 'medium' }).format(new Date(instant))

/** Shows one of the page's states: `welcome`, `loading`, `shop` or `over`. */
function show(state) {
  for (const section of document.querySelectorAll('[data-state]')) {
    section.hidden = section.dataset.state !== state
  }
}

function say(text) {
  at('message').textContent = text
}

/**
 * Runs an app.
 *
 * @param describe.columns what the table shows of an order: `[heading, cell(order), isNumber]`.
 * @param describe.figures what stands above it: orders → `[[label, value], …]`.
 */
export async function runShop(describe) {
  const link = takeLink()
  show('loading')
  if (link?.refused !== undefined) return over('Not opened', link.refused)
  // In somebody else's frame there is no session to show either (clickjacking).
  if (window.top !== window.self)
    return over('Not opened', 'This page must not be shown inside another.')
  try {
    const config = await (await fetch('/config.json', { cache: 'no-store' })).json()
    const impersonation = createImpersonation(config)
    if (link === null && !impersonation.isOpen()) return show('welcome')
    await enter(describe, config, impersonation, link)
  } catch (error) {
    if (error.ended) over('Impersonation ended', error.message)
    else over('Not opened', error.message)
  }
}

async function enter(describe, { resource }, impersonation, link) {
  if (link !== null) {
    impersonation.forget()
    await impersonation.start(link.refreshToken)
  }
  const current = await impersonation.read().catch((error) => {
    if (error.ended) impersonation.forget()
    throw error
  })
  const attempt = stayUntilEnd(impersonation, current)
  const load = () => attempt(() => showOrders(describe, resource, impersonation))
  const { subject } = current
  at('customer').textContent = subject.name ?? subject.email ?? subject.sub
  prepareOrdering(current, async (order) => {
    await attempt(() => addOrder(resource, impersonation, order))
    await load()
  })
  if (await load()) show('shop')
}

/**
 * Shows the banner until the impersonation ends, here or elsewhere, and then the last page.
 *
 * @returns runs what may meet the end; resolves to whether it is still going on.
 */
function stayUntilEnd(impersonation, current) {
  let isOpen = true
  const close = (why) => {
    if (!isOpen) return
    isOpen = false
    impersonation.forget()
    removeBanner()
    clearInterval(watch)
    over('Impersonation ended', why)
  }
  const attempt = async (work) => {
    try {
      if (isOpen) await work()
    } catch (error) {
      if (error.ended) close(error.message)
      else say(error.message)
    }
    return isOpen
  }
  // An administrator or a policy may end it, too.
  const check = () => {
    if (!document.hidden) void attempt(() => impersonation.read())
  }
  const watch = setInterval(check, CHECK_EVERY_MS)
  document.addEventListener('visibilitychange', check)
  const removeBanner = showBanner(current, {
    onEnd: () => impersonation.end().then(() => close('You have left this customer’s account.')),
    onExpired: () => close('Its time is over.'),
  })
  return attempt
}

async function showOrders({ columns, figures }, resource, impersonation) {
  const answer = await impersonation.fetch(`${resource}/orders`)
  if (!answer.ok) throw new Error('Your orders cannot be shown right now.')
  const { items } = await answer.json()
  const cells = (order) =>
    columns.map(([, cell, isNumber]) =>
      element('td', isNumber ? { class: 'number' } : {}, cell(order)),
    )
  at('figures').replaceChildren(
    ...figures(items).map(([label, value]) =>
      element('div', {}, element('dt', {}, label), element('dd', {}, value)),
    ),
  )
  at('columns').replaceChildren(
    ...columns.map(([heading, , isNumber]) =>
      element('th', { scope: 'col', ...(isNumber && { class: 'number' }) }, heading),
    ),
  )
  at('orders').replaceChildren(...items.map((order) => element('tr', {}, ...cells(order))))
}

/** A button that explains itself is better than one that is missing, or dead. */
function prepareOrdering({ mode }, onOrder) {
  const button = at('add-order')
  const isReadOnly = mode === 'read_only'
  at('read-only').hidden = !isReadOnly
  button.setAttribute('aria-disabled', String(isReadOnly))
  at('new-order').addEventListener('submit', (event) => {
    event.preventDefault()
    if (isReadOnly) {
      say('Nothing was ordered: this impersonation is read-only.')
      return
    }
    const quantity = Number(at('quantity').value)
    onOrder({ item: at('item').value, quantity })
  })
}

async function addOrder(resource, impersonation, order) {
  const answer = await impersonation.fetch(`${resource}/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(order),
  })
  const body = await answer.json()
  if (!answer.ok) throw new Error(body.error_description)
  say(`Ordered: ${body.quantity} × ${body.item}.`)
}

/** The last page of an impersonation: nothing of the customer stays on it. */
function over(title, why) {
  for (const id of ['customer', 'figures', 'columns', 'orders', 'message']) at(id).replaceChildren()
  at('over-title').textContent = title
  at('over-why').textContent = why
  show('over')
  at('over-title').focus()
}
