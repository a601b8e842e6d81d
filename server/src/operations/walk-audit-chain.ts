import type { ChainHead, Problem, ProblemKind } from '../impersonation/audit-chain.ts'
import { problemKinds } from '../impersonation/audit-chain.ts'
import type { Link } from '../ports/audit-seal.ts'
import type { Ports } from '../ports/ports.ts'

const PAGE = 500

/** The chain is not what it was, from here on. */
export class ChainBroken extends Error {
  override name = 'ChainBroken'
  readonly problem: Problem

  constructor(kind: ProblemKind, seq: number) {
    super(`The audit trail does not verify at seq ${seq}: ${problemKinds[kind]} (${kind}).`)
    this.problem = { kind, seq }
  }
}

/** Something signed that says which hash the chain has at a place. */
export interface Witness extends ChainHead {
  /** Whether it was really signed; asked only when the chain says otherwise. */
  isGenuine(): Promise<boolean>
  readonly digest: string
}

export interface Walk {
  readonly root: ChainHead
  /** Each in ascending order, beginning at the root or after it. */
  readonly witnesses: readonly AsyncIterator<Witness, unknown>[]
  /** @returns whether to go on; `witness` when something signed has confirmed this link. */
  readonly visit: (link: Link, witness: Witness | undefined) => boolean
  /** Called between pages, so that others get their turn. */
  readonly pause: () => Promise<void>
}

/**
 * Follows the chain link by link, in pages, so that memory stays flat however long it is.
 *
 * @returns the last link that holds.
 * @throws ChainBroken
 */
export async function walkAuditChain(
  { auditSeal }: Pick<Ports, 'auditSeal'>,
  { root, witnesses, visit, pause }: Walk,
): Promise<ChainHead> {
  const watch = await watchOver(witnesses, root)
  const end = (await auditSeal.head()).seq
  let at = root
  while (at.seq < end) {
    const links = await auditSeal.linksAfter(at, PAGE)
    if (links.length === 0) throw new ChainBroken('missing', at.seq + 1)
    for (const link of links) {
      assertFollows(link, at)
      at = { seq: link.seq, hash: link.hash }
      const witness = watch.isDue(at) ? await watch.confirm(at) : undefined
      if (!visit(link, witness)) return at
    }
    await pause()
  }
  // The chain may have grown while it was walked, and what is signed with it.
  const { seq: newest } = await auditSeal.head()
  if (Math.max(watch.furthest(), root.seq) > newest) throw new ChainBroken('truncated', at.seq + 1)
  return at
}

function assertFollows(link: Link, before: ChainHead): void {
  const seq = before.seq + 1
  if (link.seq !== seq) throw new ChainBroken('missing', seq)
  if (link.computed === null) throw new ChainBroken('event_missing', seq)
  if (link.computed !== link.hash) throw new ChainBroken('altered', seq)
}

interface Watch {
  isDue(at: ChainHead): boolean
  confirm(at: ChainHead): Promise<Witness | undefined>
  furthest(): number
}

async function watchOver(
  witnesses: readonly AsyncIterator<Witness, unknown>[],
  root: ChainHead,
): Promise<Watch> {
  const next = async (from: AsyncIterator<Witness, unknown>): Promise<Witness | undefined> => {
    const { done, value } = await from.next()
    return done === true ? undefined : value
  }
  const due = await Promise.all(witnesses.map(next))
  let confirmed = root.seq
  const watch: Watch = {
    isDue: ({ seq }) => due.some((witness) => witness?.seq === seq),
    async confirm(at) {
      let found: Witness | undefined
      for (const [index, witness] of due.entries()) {
        if (witness?.seq !== at.seq) continue
        if (witness.hash !== at.hash) {
          const isGenuine = await witness.isGenuine()
          throw isGenuine
            ? new ChainBroken('rewritten', confirmed + 1)
            : new ChainBroken('forged_checkpoint', at.seq)
        }
        found ??= witness
        const from = witnesses[index]
        due[index] = from && (await next(from))
      }
      confirmed = at.seq
      return found
    },
    furthest: () => Math.max(0, ...due.map((witness) => witness?.seq ?? 0)),
  }
  if (watch.isDue(root)) await watch.confirm(root)
  return watch
}
