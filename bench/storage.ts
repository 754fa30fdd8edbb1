/**
 * Our piece storage beside the one the engine brings (fs-chunk-store), in turns on the same torrent: whole
 * pieces put, then read in blocks of 16 KiB as peers ask for them. Prints one JSON line: MiB/s, and ours over
 * theirs round by round. Who begins changes from round to round, and the first rounds are not counted: they
 * compile the code. Both run on what the page cache holds; nothing is synced.
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
import { figures, ratios, report } from './report.ts'

type Done = (error: unknown, bytes?: Uint8Array) => void

interface Store {
  put: (index: number, bytes: Uint8Array, done: (error: unknown) => void) => void
  get: (index: number, options: GetOptions, done: Done) => void
  close: (done: () => void) => void
}

type Rates = Readonly<Record<'put' | 'get', number>>

const mib = 1024 * 1024
const block = 16 * 1024
const inFlight = 32
const pieceLength = mib
const total = 128 * mib
const files = 50
const warmUps = 2

const [folder = tmpdir(), rounds = '9'] = process.argv.slice(2)
const layout = new Layout(evenFiles(), pieceLength)
const piece = randomBytes(pieceLength)
interface FsChunkStoreModule {
  default: new (pieceLength: number, options: { path: string; files: object[]; length: number }) => Store
}

// Named by a variable: it has no types, and only the engine depends on it.
const brought: string = 'fs-chunk-store'
const { default: FsChunkStore } = (await import(brought)) as FsChunkStoreModule

const makers = {
  ours: (root: string): Store => {
    const pieces = new DiskPieceStore({ disk: new SessionDisk(), root, layout, createRoot: true })
    const store = new EngineStore(pieces)
    return {
      put: (...piece) => store.put(...piece),
      get: (index, { offset = 0, length = 0 }, done) => store.lend(index, offset, length, done),
      close: (done) => store.close(done),
    }
  },
  theirs: (root: string): Store =>
    new FsChunkStore(pieceLength, {
      path: root,
      files: layout.files.map((file) => ({ ...file })),
      length: total,
    }),
}
const names = ['ours', 'theirs'] as const
const measured: Record<keyof typeof makers, Rates[]> = { ours: [], theirs: [] }
for (let round = -warmUps; round < Number(rounds); round += 1)
  for (const name of round % 2 === 0 ? names : names.toReversed()) {
    const rates = await measure(makers[name])
    if (round >= 0) measured[name].push(rates)
  }

const ratio = {
  put: ratios(putsOf(measured.ours), putsOf(measured.theirs)),
  get: ratios(getsOf(measured.ours), getsOf(measured.theirs)),
}
const [ours, theirs] = [figures(measured.ours), figures(measured.theirs)]
report('storage', 'calls', { unit: 'MiB/s', rounds: Number(rounds), ours, theirs, ratio })

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

function putsOf(rates: readonly Rates[]): number[] {
  return rates.map(({ put }) => put)
}

function getsOf(rates: readonly Rates[]): number[] {
  return rates.map(({ get }) => get)
}
