/** Sorting in small steps: short runs are sorted at once, and merged row by row. */
import type { Steps } from './time-slices.ts'

const runLength = 256
const stepLength = 128

/** The items in order. `compare` must tell any two apart. */
export function* sortSteps<T>(items: readonly T[], compare: (one: T, other: T) => number): Steps<T[]> {
  let runs: T[][] = []
  for (let at = 0; at < items.length; at += runLength) {
    runs.push(items.slice(at, at + runLength).sort(compare))
    yield
  }
  while (runs.length > 1) {
    const merged: T[][] = []
    for (let at = 0; at < runs.length; at += 2) {
      merged.push(yield* mergeSteps(runs[at] ?? [], runs[at + 1] ?? [], compare))
    }
    runs = merged
  }
  return runs[0] ?? []
}

function* mergeSteps<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (one: T, other: T) => number,
): Steps<T[]> {
  const merged: T[] = []
  let [l, r] = [0, 0]
  while (l < left.length || r < right.length) {
    const [one, other] = [left[l], right[r]]
    const isLeft = r >= right.length || (l < left.length && compare(one as T, other as T) <= 0)
    merged.push((isLeft ? one : other) as T)
    if (isLeft) l += 1
    else r += 1
    if (merged.length % stepLength === 0) yield
  }
  return merged
}
