/**
 * Our piece storage beside the one the engine brings (fs-chunk-store), in turns on the same torrent: whole
 * pieces put, then read in blocks of 16 KiB as peers ask for them. Prints one JSON line: MiB/s, medians of
 * the rounds, and ours over theirs. Both run on what the page cache holds; nothing is synced.
 * `node bench/storage.ts [folder] [rounds]`
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DiskPieceStore } from '../src/worker/session/storage/disk-piece-store.ts'
import { EngineStore, type GetOptions } from '../src/worker/session/storage/engine-store.ts'
import { Layout, type LayoutFile } from '../src/worker/session/storage/layout.ts'
import { SessionDisk } from '../src/worker/session/storage/session-disk.ts'

type Done = (error: unknown, bytes?: Uint8Array) => void

interface Store {
  put: (index: number, bytes: Uint8Array, done: (error: unknown) => void) => void
  get: (index: number, options: GetOptions, done: Done) => void
  close: (done: () => void) => void
}

interface Rates {
  put: number
  get: number
}

const mib = 1024 * 1024
const block = 16 * 1024
const inFlight = 32
const pieceLength = mib
const total = 128 * mib
const files = 50

const [folder = tmpdir(), rounds = '5'] = process.argv.slice(2)
const layout = new Layout(evenFiles(), pieceLength)
const piece = randomBytes(pieceLength)
interface FsChunkStoreModule {
  default: new (pieceLength: number, options: { path: string; files: object[]; length: number }) => Store
}

// Named by a variable: it has no types, and only the engine depends on it.
const brought: string = 'fs-chunk-store'
const { default: FsChunkStore } = (await import(brought)) as FsChunkStoreModule

const makers = {
  ours: (root: string): Store =>
    new EngineStore(new DiskPieceStore({ disk: new SessionDisk(), root, layout, createRoot: true })),
  theirs: (root: string): Store =>
    new FsChunkStore(pieceLength, {
      path: root,
      files: layout.files.map((file) => ({ ...file })),
      length: total,
    }),
}
const measured: Record<keyof typeof makers, Rates[]> = { ours: [], theirs: [] }
for (let round = 0; round < Number(rounds); round += 1)
  for (const name of ['ours', 'theirs'] as const) measured[name].push(await measure(makers[name]))

const [ours, theirs] = [medians(measured.ours), medians(measured.theirs)]
const ratio = { put: round2(ours.put / theirs.put), get: round2(ours.get / theirs.get) }
console.log(JSON.stringify({ bench: 'storage', unit: 'MiB/s', rounds: Number(rounds), ours, theirs, ratio }))

async function measure(make: (root: string) => Store): Promise<Rates> {
  const root = mkdtempSync(join(folder, 'resttorrent-bench-'))
  const store = make(root)
  try {
    const put = await rate(layout.pieceCount, 4, (index, done) => store.put(index, piece, done))
    const perPiece = pieceLength / block
    const get = await rate(layout.pieceCount * perPiece, inFlight, (turn, done) =>
      store.get(Math.floor(turn / perPiece), { offset: (turn % perPiece) * block, length: block }, done),
    )
    await new Promise<void>((resolve) => store.close(() => resolve()))
    return { put, get }
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** MiB/s of moving the whole torrent in so many turns, a few of them under way at a time. */
async function rate(
  turns: number,
  width: number,
  turn: (index: number, done: Done) => void,
): Promise<number> {
  const startedAt = performance.now()
  let next = 0
  const lane = async () => {
    while (next < turns) {
      const index = next++
      await new Promise<void>((resolve, reject) =>
        turn(index, (error) => {
          if (error instanceof Error) reject(error)
          else resolve()
        }),
      )
    }
  }
  await Promise.all(Array.from({ length: width }, lane))
  return total / mib / ((performance.now() - startedAt) / 1000)
}

function evenFiles(): LayoutFile[] {
  const length = Math.floor(total / files)
  return Array.from({ length: files }, (_, index) => ({
    path: `t/f${index}`,
    offset: index * length,
    length: index === files - 1 ? total - index * length : length,
    padding: false,
    symlink: false,
  }))
}

function medians(rates: Rates[]): Rates {
  const median = (values: number[]) =>
    Math.round(values.sort((one, other) => one - other)[values.length >> 1] ?? 0)
  return { put: median(rates.map(({ put }) => put)), get: median(rates.map(({ get }) => get)) }
}

function round2(value: number): number {
  return Math.round(value * 100) / 100
}
