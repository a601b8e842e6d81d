import { Denied } from './denied.ts'
import type { List } from './reach.ts'
import { isUserInReach } from './reach.ts'
import type { PanelRequest } from './route.ts'

interface Item {
  /** Lists are in the order of ids, the newest first. */
  readonly id: string
}

/** Where a page ended: below this item, in what the API gives from its own cursor on. */
interface Place {
  readonly cursor: string | null
  readonly below: string | null
}

type Asking = Pick<PanelRequest, 'actor' | 'person' | 'seal'>
type Query = PanelRequest['query']

/** As many as one call gives, whatever is asked for: fewer would tell where foreign ones lie. */
const CHUNK = 100
const CHUNKS = 10

/**
 * A page of a list the API cannot filter by organisation; after some calls it gives what it has. How
 * many there are in all organisations is nobody's business here, nor whether a subject exists
 * outside of one's own: both are nobody, at once.
 */
export async function listInReach<Found extends Item>(
  asking: Asking,
  path: string,
  query: Query,
  isMine: (item: Found) => Promise<boolean>,
): Promise<List<Found>> {
  const { within } = asking.person
  if (within === null) return asking.actor.get(path, query)
  const { cursor, limit = '25', total, ...filter } = query
  const start = openPlace(asking, path, cursor)
  const wanted = /^(?:[1-9]\d?|100)$/.test(limit) ? Number(limit) : null
  const isTotal = total === undefined || total === 'true' || total === 'false'
  if (start === null || wanted === null || !isTotal) throw new Denied('QUERY_INVALID')
  const { subject } = filter
  const isNobody = subject !== undefined && !(await isUserInReach(asking, subject))
  const { items, end } = isNobody
    ? { items: [], end: null }
    : await walk(asking, { path, filter, start, wanted, isMine })
  return { items, next_cursor: end === null ? null : closePlace(asking, path, end) }
}

interface Walk<Found> {
  readonly path: string
  readonly filter: Query
  readonly start: Place
  readonly wanted: number
  readonly isMine: (item: Found) => Promise<boolean>
}

async function walk<Found extends Item>(
  { actor }: Asking,
  { path, filter, start, wanted, isMine }: Walk<Found>,
): Promise<{ readonly items: Found[]; readonly end: Place | null }> {
  const items: Found[] = []
  let { cursor, below } = start
  for (let chunk = 0; chunk < CHUNKS; chunk++) {
    const from = cursor === null ? {} : { cursor }
    const found: List<Found> = await actor.get(path, { ...filter, ...from, limit: String(CHUNK) })
    const mine = await Promise.all(found.items.map(isMine))
    const isNew = ({ id }: Found): boolean => below === null || id < below
    const inReach = found.items.filter((item, index) => mine[index] && isNew(item))
    const room = wanted - items.length
    items.push(...inReach.slice(0, room))
    below = items.at(-1)?.id ?? below
    if (inReach.length > room) return { items, end: { cursor, below } }
    if (found.next_cursor === null) return { items, end: null }
    cursor = found.next_cursor
    if (inReach.length === room) break
  }
  return { items, end: { cursor, below } }
}

/** All are of one length, which says nothing of what is in them. */
const LENGTH = 250

const aboutOf = ({ person }: Asking, path: string): string[] => [
  'cursor',
  path,
  person.user.sub,
  person.within ?? '',
]

/** Sealed, since the API's cursor names the last record it gave, whosoever it is. */
const closePlace = (asking: Asking, path: string, { cursor, below }: Place): string =>
  asking.seal.close(JSON.stringify({ cursor, below }).padEnd(LENGTH), ...aboutOf(asking, path))

function openPlace(asking: Asking, path: string, cursor: string | undefined): Place | null {
  if (cursor === undefined) return { cursor: null, below: null }
  const text = asking.seal.open(cursor, ...aboutOf(asking, path))
  return text === null ? null : (JSON.parse(text) as Place)
}
