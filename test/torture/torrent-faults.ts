/** The n-th file operation of a torrent's life fails, for all or some n: what was told, and what went wrong. */
import type { StorageMode } from '../../src/protocol/torrent.ts'
import type { Random } from './random.ts'
import { faultCodes, TorrentLives, type Errno } from './torrent-life.ts'

export interface FaultsReport {
  /** Lives with a fault. */
  readonly lives: number
  /** Of those, in which the torrent or its removal told of it; some faults cost nothing and are not told. */
  readonly told: number
  readonly wrong: readonly string[]
}

const modes = ['sparse', 'allocate'] as const satisfies StorageMode[]

/** With `sample` so many random n of each mode and errno, else every n. */
export async function failEach(random: Random, sample?: number): Promise<FaultsReport> {
  await using lives = await TorrentLives.open()
  const wrong: string[] = []
  let [count, told] = [0, 0]
  for (const mode of modes) {
    const { operations } = await lives.live(mode, Infinity, 'EIO')
    for (const errno of Object.keys(faultCodes) as Errno[]) {
      for (const n of chosen(operations, random, sample)) {
        count += 1
        const heard = await lives.live(mode, n, errno).catch((error: unknown) => [String(error)])
        const codes = 'told' in heard ? heard.told : heard
        if (codes.length > 0) told += 1
        if (codes.some((code) => code !== faultCodes[errno]))
          wrong.push(`${mode}, ${errno} at ${n}: ${codes.join()}`)
        if (!('told' in heard)) return { lives: count, told, wrong } // it may be left in any state
      }
    }
  }
  return { lives: count, told, wrong }
}

function chosen(operations: number, random: Random, sample: number | undefined): number[] {
  if (sample === undefined) return Array.from({ length: operations }, (_, at) => at + 1)
  return Array.from({ length: sample }, () => random.between(1, operations + 1))
}
