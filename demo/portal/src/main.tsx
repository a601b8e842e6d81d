import { createImpersonation } from '@understudy/sdk'
import { mountBanner } from '@understudy/sdk/banner'
import { ImpersonationProvider } from '@understudy/sdk/react'
import type { ReactNode } from 'react'
import { StrictMode, useMemo, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { createApi } from '../../shared/api.ts'
import { bannerWords } from '../../shared/banner-words.ts'
import { readConfig } from '../../shared/config.ts'
import { createOwnSession } from '../../shared/own-session.ts'
import { AppContext } from './app-context.ts'
import { Portal } from './portal.tsx'

const CLIENT = 'acme-portal'
const SAID_MS = 6000

const { issuer, resource } = readConfig()
const own = createOwnSession(issuer, CLIENT)
const impersonation = createImpersonation({
  issuer,
  clientId: CLIENT,
  resource,
  api: [resource],
  ownSession: () => own.state.status === 'in',
})
const api = createApi(impersonation, own, resource)
mountBanner(impersonation, { messages: bannerWords() })

/** The impersonation first: what came in the address may be its link, or the answer of a sign-in. */
async function start(): Promise<void> {
  // Whether there is a sign-in must be known before a link may take its place.
  const isAnswer = new URLSearchParams(location.search).has('code')
  const starting = impersonation.start().catch(() => null)
  if (isAnswer) await starting
  await own.start()
}

function Root(): ReactNode {
  const [notice, setNotice] = useState('')
  const app = useMemo(() => {
    let timer = 0
    const say = (text: string): void => {
      setNotice(text)
      clearTimeout(timer)
      timer = window.setTimeout(() => {
        setNotice('')
      }, SAID_MS)
    }
    return { api, own, say }
  }, [])
  return (
    <AppContext value={app}>
      <ImpersonationProvider impersonation={impersonation}>
        <Portal notice={notice} />
      </ImpersonationProvider>
    </AppContext>
  )
}

void start()
const container = document.getElementById('app')
if (container !== null)
  createRoot(container).render(
    <StrictMode>
      <Root />
    </StrictMode>,
  )
