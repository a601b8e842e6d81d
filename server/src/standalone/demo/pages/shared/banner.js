/** The bar that says who is really here. Text only, so that nobody's name can become markup. */

export const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value)
  made.append(...children)
  return made
}

const MODES = { read_only: 'Read-only', full: 'Full access' }

/**
 * Shows it above everything else. `impersonation` has the shape of `GET /api/v1/impersonation`.
 *
 * @returns a function that takes it away.
 */
export function showBanner(impersonation, { onEnd, onExpired }) {
  const { subject, expires_at: expiresAt } = impersonation
  const left = element('span', { class: 'impersonation-left', role: 'timer' })
  const banner = draw(impersonation, left, onEnd)
  const tick = () => {
    const seconds = Math.max(0, Math.round((Date.parse(expiresAt) - Date.now()) / 1000))
    left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} left`
    return seconds
  }
  tick()
  const timer = setInterval(() => {
    if (tick() === 0) onExpired()
  }, 1000)
  const { title } = document
  document.title = `Impersonating ${subject.email ?? subject.sub} – ${title}`
  document.body.prepend(banner)
  return () => {
    clearInterval(timer)
    document.title = title
    banner.remove()
  }
}

function draw({ actor, subject, mode, reason, ticket }, left, onEnd) {
  const hook = 'data-testid'
  const end = element(
    'button',
    { type: 'button', [hook]: 'impersonation-end' },
    'End impersonation',
  )
  end.addEventListener('click', () => {
    end.disabled = true
    onEnd()
  })
  const why = [reason, ticket].filter((text) => text !== null).join(' · ')
  return element(
    'section',
    { class: 'impersonation', 'aria-label': 'Impersonation', [hook]: 'impersonation-banner' },
    element('span', {}, 'Impersonating ', strong('subject', subject)),
    element('span', {}, 'signed in as ', strong('actor', actor)),
    element('span', { class: 'impersonation-mode' }, MODES[mode]),
    ...(why === '' ? [] : [element('span', { class: 'impersonation-why' }, why)]),
    element('span', { class: 'impersonation-exit' }, left, end),
  )
}

const strong = (who, person) =>
  element(
    'strong',
    { 'data-testid': `impersonation-${who}`, translate: 'no' },
    person.email ?? person.sub,
  )
