/**
 * Waits for all of them, also when one rejects, so that nothing is under way when it returns; rejects with
 * the first failure.
 */
export async function settleAll(runs: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(runs)).find((run) => run.status === 'rejected')
  if (failed) throw failed.reason
}
