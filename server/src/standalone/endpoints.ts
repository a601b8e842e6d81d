import type { Endpoint } from '../index.ts'
import { sessionEndpoint } from './account/session-endpoint.ts'
import type { Asks } from './consent-requests/endpoints.ts'
import { consentRequestEndpoints } from './consent-requests/endpoints.ts'

/** What the ready-made server adds to the API, in the order in which it is documented. */
export const serverEndpoints = (asks: Asks): readonly Endpoint[] => [
  sessionEndpoint(asks.storage),
  ...consentRequestEndpoints(asks),
]
