import type { Comparison } from './budgets.ts'
import { median } from './interleave.ts'
import type { Series } from './interleave.ts'
import type { Measured } from './load.ts'

export function figures(all: readonly Series[]): string {
  const rows = all.map((series) => [
    series.operation,
    `${series.peer} ${series.version}`,
    middle(series, 'perSecond', 0),
    middle(series, 'cpuMicroseconds', 0),
    middle(series, 'p50', 1),
    middle(series, 'p99', 1),
    middle(series, 'requests', 0),
  ])
  const head = ['operation', 'peer', 'req/s', 'CPU µs/req', 'p50 ms', 'p99 ms', 'requests/round']
  return table([head, ...rows])
}

/** Both ratios are above 1 where the subject is better. */
export function ratios(
  all: readonly Series[],
  subject: string,
  comparisons: readonly Comparison[],
): string {
  const rows = comparisons.map((comparison) => {
    const { operation, against, budget, later } = comparison
    const ours = find(all, subject, operation)
    const theirs = find(all, against, operation)
    const label = [operation, against, budget === undefined ? 'none' : `≥ ${String(budget)}×`]
    const goal = later === undefined ? '' : `≥ ${String(later)}×`
    if (ours === undefined || theirs === undefined) return [...label, goal, 'not measured', '']
    return [
      ...label,
      goal,
      verdict(paired(ours, theirs, cheaper), budget),
      verdict(paired(ours, theirs, faster), budget),
    ]
  })
  const head = ['operation', `${subject} against`, 'budget', 'later', 'CPU time', 'req/s']
  return table([head, ...rows])
}

function cheaper(ours: Measured, theirs: Measured): number {
  return theirs.cpuMicroseconds / ours.cpuMicroseconds
}

function faster(ours: Measured, theirs: Measured): number {
  return ours.perSecond / theirs.perSecond
}

function paired(
  ours: Series,
  theirs: Series,
  ratio: (ours: Measured, theirs: Measured) => number,
): readonly number[] {
  return ours.rounds.flatMap((round, at) => {
    const other = theirs.rounds[at]
    return other === undefined ? [] : [ratio(round, other)]
  })
}

function verdict(each: readonly number[], budget: number | undefined): string {
  const value = median(each)
  const range = `(${Math.min(...each).toFixed(2)}–${Math.max(...each).toFixed(2)})`
  const mark = budget === undefined ? ' ' : value >= budget ? '✓' : '✗'
  return `${mark} ${value.toFixed(2)}× ${range}`
}

function find(all: readonly Series[], peer: string, operation: string): Series | undefined {
  return all.find((series) => series.peer === peer && series.operation === operation)
}

function middle(series: Series, member: keyof Measured, digits: number): string {
  return median(series.rounds.map((round) => round[member])).toFixed(digits)
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
