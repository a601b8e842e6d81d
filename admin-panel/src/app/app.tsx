import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useState } from 'react'
import { createQueryClient } from '../api/query-client.ts'
import { SessionExpired } from '../shell/session-expired.tsx'
import { nonce } from '../theme/nonce.ts'
import { cssVariables, theme } from '../theme/theme.ts'
import { createPanelRouter } from './router.tsx'

export function App(): ReactElement {
  const [expired, setExpired] = useState(false)
  const [client] = useState(() =>
    createQueryClient(() => {
      setExpired(true)
    }),
  )
  const [router] = useState(createPanelRouter)
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
        <SessionExpired opened={expired} />
      </QueryClientProvider>
    </MantineProvider>
  )
}
