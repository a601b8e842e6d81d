import { followFeed } from './feed.ts'
import type { Guard, GuardRules } from './guard.ts'
import { createGuard } from './guard.ts'
import { createIssuer } from './issuer.ts'
import { createLiveness } from './liveness.ts'
import type { VerifierOptions } from './options.ts'
import { settingsOf } from './options.ts'
import { createRecognition } from './recognition.ts'
import type { Report } from './report-queue.ts'
import { createReports } from './reports.ts'
import type { Verified } from './verified.ts'

/** A resource server's hold on the issuer: one for each process, closed with it. */
export interface Verifier {
  /**
   * Who is behind an access token, opaque or JWT, live as of now with the feed and of at most five
   * seconds ago without.
   *
   * @throws Refusal S2S_TOKEN_INVALID, IMPERSONATION_ENDED, UNAVAILABLE
   */
  verify(token: string): Promise<Verified>
  /**
   * Decides about the requests of one route, or of all that want the same. Answer CORS preflights
   * before it: they carry no token.
   */
  guard(rules?: GuardRules): Guard
  /** Tells the issuer's audit trail what an impersonated token did; says nothing of other tokens. */
  report(verified: Verified, report: Report): void
  /** Whether every end is heard of at once. Otherwise the issuer is asked. */
  readonly isFeedLive: boolean
  /** How many reports never reached the issuer. */
  readonly droppedReports: number
  /** Leaves the feed and sends the last reports. */
  close(): Promise<void>
}

/** Verifies access tokens for a resource server, and knows who is really acting. */
export function createVerifier(options: VerifierOptions): Verifier {
  const settings = settingsOf(options)
  const { realm } = settings
  const issuer = createIssuer(settings)
  const reports = createReports(settings, issuer)
  const liveness = createLiveness(
    settings,
    () => feed?.stretch() ?? 0,
    (id) => issuer.isActive(id),
  )
  const feed = settings.feed ? followFeed(settings, issuer, liveness) : null
  const verify = createRecognition(settings, issuer, liveness)

  const report = (verified: Verified, seen: Report): void => {
    if (verified.impersonationId !== null) reports.add(verified.impersonationId, seen)
  }

  return {
    verify,
    guard: (rules) => createGuard({ realm, verify, report }, rules),
    report,
    get isFeedLive() {
      return feed !== null && feed.stretch() !== 0
    },
    get droppedReports() {
      return reports.dropped
    },
    async close() {
      feed?.close()
      await reports.close()
    },
  }
}
