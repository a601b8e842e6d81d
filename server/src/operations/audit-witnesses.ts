import type { ChainHead, Tombstone } from '../impersonation/audit-chain.ts'
import { genesis } from '../impersonation/audit-chain.ts'
import type { AuditReader, KeptStatement } from '../ports/audit-seal.ts'
import type { Ports } from '../ports/ports.ts'
import type { Witness } from './walk-audit-chain.ts'
import { ChainBroken } from './walk-audit-chain.ts'

const PAGE = 500

export interface WitnessPorts extends Pick<Ports, 'auditStatements'> {
  readonly reader: AuditReader
}

export interface Root extends ChainHead {
  readonly tombstone: Tombstone | null
  /** Hash of the tombstone itself. */
  readonly digest: string | null
}

/** Where the chain begins: at its first link, or after what was pruned. @throws ChainBroken */
export async function findRoot({ auditStatements, reader }: WitnessPorts): Promise<Root> {
  const last = await auditStatements.lastTombstone()
  if (last === undefined) return { ...genesis, tombstone: null, digest: null }
  const tombstone = await reader.readTombstone(last.jws)
  if (tombstone?.seq !== last.seq) throw new ChainBroken('forged_tombstone', last.seq)
  return { seq: last.seq, hash: tombstone.hash, tombstone, digest: last.digest }
}

/**
 * The checkpoints in the database, from the root on. Each names the hash of the one before, so the
 * signature of the last stands for all of them.
 *
 * @throws ChainBroken
 */
export async function* keptCheckpoints(
  ports: WitnessPorts,
  root: Root,
): AsyncGenerator<Witness, void> {
  const last = await ports.auditStatements.lastCheckpoint()
  if (last === undefined) return
  if (!(await isGenuine(ports, last))) throw new ChainBroken('forged_checkpoint', last.seq)
  let before: KeptStatement | undefined
  for (let from = root.seq; ;) {
    const page = await ports.auditStatements.checkpointsFrom(from, PAGE)
    for (const kept of page) {
      if (kept.seq > last.seq) return
      yield await toWitness(ports, root, before, kept)
      before = kept
      from = kept.seq + 1
    }
    if (page.length < PAGE) break
  }
  if (before?.digest !== last.digest) throw new ChainBroken('missing_checkpoint', last.seq)
}

async function toWitness(
  ports: WitnessPorts,
  root: Root,
  before: KeptStatement | undefined,
  kept: KeptStatement,
): Promise<Witness> {
  const said = ports.reader.peekCheckpoint(kept.jws)
  if (said?.seq !== kept.seq) throw new ChainBroken('forged_checkpoint', kept.seq)
  const isRoot = before === undefined && root.tombstone !== null
  const follows = isRoot
    ? kept.digest === root.tombstone.checkpoint
    : said.previous === (before?.digest ?? null)
  if (!follows) {
    throw before !== undefined && !(await isGenuine(ports, before))
      ? new ChainBroken('forged_checkpoint', before.seq)
      : new ChainBroken('missing_checkpoint', before?.seq ?? root.seq)
  }
  return {
    seq: kept.seq,
    hash: said.hash,
    digest: kept.digest,
    isGenuine: () => isGenuine(ports, kept),
  }
}

const isGenuine = async ({ reader }: WitnessPorts, { seq, jws }: KeptStatement): Promise<boolean> =>
  (await reader.readCheckpoint(jws))?.seq === seq

/** Checkpoints that were exported, one JWS each; they may repeat each other. @throws ChainBroken */
export async function* anchoredCheckpoints(
  { reader }: WitnessPorts,
  root: ChainHead,
  anchor: AsyncIterable<string>,
): AsyncGenerator<Witness, void> {
  let last = 0
  for await (const jws of anchor) {
    const said = await reader.readCheckpoint(jws)
    if (said === null) throw new ChainBroken('forged_checkpoint', last + 1)
    if (said.seq <= last) continue
    last = said.seq
    if (said.seq < root.seq) continue
    yield { seq: said.seq, hash: said.hash, digest: '', isGenuine: () => Promise.resolve(true) }
  }
}
