/** The lines that benchmarks print: medians of several runs with their spread, one JSON line a scenario. */
import { availableParallelism } from 'node:os'

/** The middle of several measurements and how far they lie apart. */
export interface Figure {
  readonly median: number
  readonly min: number
  readonly max: number
  /** (max − min) / |median| */
  readonly spread: number
}

/** Sums up measurements of the same thing, with three digits behind the point. */
export function figure(values: readonly number[]): Figure {
  const sorted = [...values].sort((one, other) => one - other)
  const [min = 0, max = 0] = [sorted[0], sorted.at(-1)]
  const upper = sorted[sorted.length >> 1] ?? 0
  const lower = sorted[(sorted.length - 1) >> 1] ?? 0
  const median = (upper + lower) / 2
  const spread = median === 0 ? 0 : (max - min) / Math.abs(median)
  return { median: rounded(median), min: rounded(min), max: rounded(max), spread: rounded(spread) }
}

/** A figure for every number that the runs have in common. */
export function figures<K extends string>(runs: readonly Readonly<Record<K, number>>[]): Record<K, Figure> {
  const names = Object.keys(runs[0] ?? {}) as K[]
  const entries = names.map((name) => [name, figure(runs.map((run) => run[name]))] as const)
  return Object.fromEntries(entries) as Record<K, Figure>
}

/** Ratios run by run, so that what slows both down for a while cancels out. */
export function ratios(ours: readonly number[], theirs: readonly number[]): Figure {
  return figure(ours.map((value, run) => value / (theirs[run] ?? Number.NaN)))
}

/** Prints the one line of a scenario. */
export function report(bench: string, scenario: string, fields: object): void {
  const machine = { node: process.version, cores: availableParallelism() }
  console.log(JSON.stringify({ bench, scenario, ...machine, ...fields }))
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}
