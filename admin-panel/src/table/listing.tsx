import { Table } from '@mantine/core'
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactElement, ReactNode } from 'react'
import type { List } from '../api/list.ts'
import type { Problem } from '../api/problem.ts'
import { Loaded } from '../states/loaded.tsx'
import { Pager } from './pager.tsx'

interface ListingProps<Item> {
  readonly label: string
  readonly query: UseQueryResult<List<Item>, Problem>
  readonly columns: readonly Column[]
  readonly row: (item: Item) => ReactElement
  /** What stands there instead of no rows. */
  readonly empty: ReactNode
  readonly paged?: boolean
  readonly minWidth?: number
}

export interface Column {
  readonly label: string
  readonly sorted?: 'ascending' | 'descending'
  /** Stays in sight however narrow the screen is. */
  readonly actions?: boolean
}

/** One page of a list as a table; a table, so that a screen reader can walk it. */
export function Listing<Item>(props: ListingProps<Item>): ReactElement {
  const { label, query, columns, row, empty, paged = false, minWidth } = props
  return (
    <div className="card" aria-busy={query.isFetching}>
      <Loaded query={query}>
        {({ items, next_cursor: next, total = null }) =>
          items.length === 0 ? (
            empty
          ) : (
            <>
              <div className="table-scroll" role="group" aria-label={label} tabIndex={0}>
                <Table className="table" aria-label={label} {...(minWidth && { miw: minWidth })}>
                  <Table.Thead>
                    <Table.Tr>{columns.map(head)}</Table.Tr>
                  </Table.Thead>
                  <Table.Tbody>{items.map(row)}</Table.Tbody>
                </Table>
              </div>
              {paged && (
                <Pager
                  count={items.length}
                  total={total}
                  next={next}
                  busy={query.isPlaceholderData}
                />
              )}
            </>
          )
        }
      </Loaded>
    </div>
  )
}

const head = ({ label, sorted, actions = false }: Column): ReactElement => (
  <Table.Th
    key={label}
    scope="col"
    {...(sorted !== undefined && { 'aria-sort': sorted })}
    {...(actions && { className: 'row-actions' })}
  >
    {label}
  </Table.Th>
)
