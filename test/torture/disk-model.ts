/**
 * A disk that has seen a trace up to a power cut. Kept is what was synced; of the rest each sector, each name
 * and each length is there or not, as chance has it: nothing is said of an order.
 */
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import type { FileIdentity, TorrentCheckpoint } from '../../src/protocol/records.ts'
import type { Traced } from './file-trace.ts'
import type { Random } from './random.ts'

const sector = 512

interface Inode {
  readonly ino: bigint
  readonly folder: boolean
  /** Its name survives. */
  isEntered: boolean
  synced: Buffer
  syncedMtimeNs: bigint
  pending: Change[]
}

/** What a file may have after a power cut or not, until it is synced. */
type Change = Extract<Traced, { type: 'write' | 'extend' }>

/** A file after the cut: which one it was, and what its time was worth. */
interface Survivor {
  readonly ino: bigint
  readonly mtimeNs: bigint
}

export class DiskModel {
  readonly #root: string
  readonly #inodes = new Map<string, Inode>()

  /** Everything at `root` was synced before the trace began, and is empty. */
  constructor(root: string) {
    this.#root = root
  }

  take(step: Traced): void {
    if (step.type === 'create') this.#create(step)
    else if (step.type === 'unlink') this.#inodes.delete(step.path)
    else if (step.type === 'write' || step.type === 'extend') this.#inodes.get(step.path)?.pending.push(step)
    else this.#sync(step)
  }

  /** Makes real files of what a power cut leaves; gives them by their path below `folder`. */
  cut(folder: string, random: Random): Map<string, Survivor> {
    const survivors = new Map<string, Survivor>()
    for (const [path, inode] of this.#inodes) {
      if (!this.#isReached(path, random)) continue
      const name = relative(this.#root, path)
      const place = join(folder, name)
      mkdirSync(inode.folder ? place : dirname(place), { recursive: true })
      if (inode.folder) continue
      const kept = inode.pending.filter(() => random.next() < 0.5)
      writeFileSync(place, contentOf(inode, kept, random))
      // the inode may be newer than its bytes, and the other way round
      const times = [inode.syncedMtimeNs, ...inode.pending.map(({ mtimeNs }) => mtimeNs)]
      survivors.set(name, { ino: inode.ino, mtimeNs: random.pick(times) })
    }
    return survivors
  }

  #create({ path, folder, ino }: Extract<Traced, { type: 'create' }>): void {
    const empty = { isEntered: false, synced: Buffer.alloc(0), syncedMtimeNs: 0n, pending: [] }
    this.#inodes.set(path, { ino, folder, ...empty })
  }

  #sync({ path, folder }: Extract<Traced, { type: 'sync' }>): void {
    if (folder) {
      for (const [of, inode] of this.#inodes) if (dirname(of) === path) inode.isEntered = true
      return
    }
    const inode = this.#inodes.get(path)
    if (inode === undefined) return
    inode.synced = inode.pending.reduce<Buffer>(
      (content, change) => applied(content, change, () => true),
      inode.synced,
    )
    inode.syncedMtimeNs = inode.pending.at(-1)?.mtimeNs ?? inode.syncedMtimeNs
    inode.pending = []
  }

  #isReached(path: string, random: Random): boolean {
    const inode = this.#inodes.get(path)
    const isThere = inode === undefined || inode.isEntered || random.next() < 0.5
    return isThere && (dirname(path) === this.#root || this.#isReached(dirname(path), random))
  }
}

/** A checkpoint as it would be, had the files that survived been the ones it saw. */
export function carriedOver(
  checkpoint: TorrentCheckpoint,
  survivors: ReadonlyMap<string, Survivor>,
  folder: string,
  pathOf: (index: number) => string,
): TorrentCheckpoint {
  const files = checkpoint.files.map((file): FileIdentity => {
    const survivor = survivors.get(pathOf(file.index))
    if (survivor === undefined) return file
    const { ino, mtimeNs } = statSync(join(folder, pathOf(file.index)), { bigint: true })
    const isSame = survivor.ino === file.ino
    return { ...file, ino: isSame ? ino : ino + 1n, mtimeNs: mtimeNs - (survivor.mtimeNs - file.mtimeNs) }
  })
  return { ...checkpoint, files }
}

function contentOf({ synced }: Inode, kept: Inode['pending'], random: Random): Buffer {
  const isTorn = random.next() < 0.5
  const content = shuffled(kept, random).reduce<Buffer>(
    (before, change) => applied(before, change, () => !isTorn || random.next() < 0.5),
    Buffer.from(synced),
  )
  return random.next() < 0.8 ? content : content.subarray(0, Math.max(synced.length, content.length - sector))
}

function applied(content: Buffer, change: Change, isKept: () => boolean): Buffer {
  if (change.type === 'extend')
    return Buffer.concat([content, Buffer.alloc(Math.max(0, change.length - content.length))])
  const { position, bytes } = change
  const after = Buffer.alloc(Math.max(content.length, position + bytes.length))
  content.copy(after)
  for (let at = 0; at < bytes.length; at += sector)
    if (isKept()) bytes.copy(after, position + at, at, Math.min(at + sector, bytes.length))
  return after
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, at: random.next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item)
}
