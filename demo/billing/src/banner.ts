import type { Impersonation, ImpersonationSession } from '@understudy/sdk'
import { ImpersonationBanner } from '@understudy/sdk/banner'
import { bannerWords } from '../../shared/banner-words.ts'

/** The banner as an element that is fed by attributes. Its End posts a plain form to our server. */
export async function showBanner(
  impersonation: Impersonation,
  session: ImpersonationSession,
): Promise<void> {
  ImpersonationBanner.messages = bannerWords()
  const banner = document.createElement('impersonation-banner')
  Object.assign(banner.dataset, {
    actor: session.actor.email ?? session.actor.sub,
    subject: session.subject.email ?? session.subject.sub,
    mode: session.mode,
    expiresIn: String(Math.round(session.remaining() / 1000)),
    endAction: '/impersonation/end',
  })
  document.body.prepend(banner)
  await filled(banner)
  impersonation.setBannerVisible(true)
}

/** The element loads what it is made of; until that is there, nothing is asked in the customer's name. */
const filled = ({ shadowRoot }: HTMLElement): Promise<void> =>
  new Promise((resolve) => {
    if (shadowRoot === null) return
    const look = (): void => {
      if (shadowRoot.childElementCount === 0) return
      observer.disconnect()
      resolve()
    }
    const observer = new MutationObserver(look)
    observer.observe(shadowRoot, { childList: true })
    look()
  })
