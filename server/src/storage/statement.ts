import type { Compilable } from 'kysely'

/** SQL text with its values; the text is the key under which drivers keep it prepared. */
export interface Statement {
  readonly sql: string
  readonly parameters: readonly unknown[]
}

/** A statement that gives rows of a shape. */
export interface Query<Row> extends Statement {
  readonly row?: Row
}

/** A write that waits for its unit to be applied. */
export interface Intent extends Statement {
  /** Applied even when the request around it is refused: it destroys, revokes or ends. */
  readonly survives?: true
  /** Applied once for each unit, however often it is in there. */
  readonly once?: true
  /** The unit fails with this when no row was affected … */
  readonly onMiss?: () => Error
  /** … and with this when a unique key was there already. */
  readonly onConflict?: () => Error
  /** Called once the unit is durable. */
  readonly onApplied?: () => void
  /** Called when the unit could not be written. */
  readonly onUnwritten?: () => void
  /** Applied only when this one affected a row. */
  readonly followedBy?: readonly Intent[]
}

class Slot {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

export type Slots<Args> = <Name extends keyof Args & string>(name: Name) => Args[Name]

/**
 * Compiles a query once and returns a function that only fills in values: building a query with
 * kysely costs more than running it.
 */
export function prepare<Args extends object, Row = unknown>(
  build: (slot: Slots<Args>) => Compilable<Row>,
): (args: Args) => Query<Row> {
  // The builder passes values through untouched, so a slot may stand in for any of them.
  const compiled = build(((name: string) => new Slot(name)) as unknown as Slots<Args>).compile()
  const { sql, parameters } = compiled
  return (args) => ({
    sql,
    parameters: parameters.map((value) =>
      value instanceof Slot ? (args as Record<string, unknown>)[value.name] : value,
    ),
  })
}

/** One slot for each column: a whole row to be filled in. */
export const rowOf = <Row extends object>(
  slot: Slots<Row>,
  columns: readonly (keyof Row & string)[],
): Row => Object.fromEntries(columns.map((column) => [column, slot(column)])) as Row
