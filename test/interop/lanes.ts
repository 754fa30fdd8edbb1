/** Runs a step for each item, `lanes` at a time and in their order; gives the promise of each at once. */
export function inLanes<T>(
  lanes: number,
  items: readonly T[],
  step: (item: T) => Promise<void>,
): Promise<void>[] {
  const waiting = items.map((item) => ({ item, outcome: Promise.withResolvers<undefined>() }))
  const outcomes = waiting.map(({ outcome: { promise } }) => {
    promise.catch(() => undefined) // whoever asked for it may look only later
    return promise
  })
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { resolve, reject } = next.outcome
      await step(next.item).then(() => resolve(undefined), reject)
    }
  }
  for (let i = 0; i < lanes; i += 1) void lane()
  return outcomes
}
