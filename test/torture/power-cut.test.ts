/**
 * Power cuts at every step of a download: un-synced writes are dropped, torn or reordered, the store has any
 * checkpoint that was told until then, as a whole. No piece that is taken after it may have other bytes.
 */
import { realpathSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import type { TorrentCheckpoint } from '../../src/protocol/records.ts'
import type { MetainfoOptions } from '../support/metainfo.ts'
import { suite, temporaryFolder } from '../support/suite.ts'
import { ResumeFixture } from '../worker/resume/fixture.ts'
import { falsePieces } from './claims.ts'
import { download } from './content-run.ts'
import { carriedOver, DiskModel } from './disk-model.ts'
import { traceFiles, type Traced } from './file-trace.ts'
import { Random } from './random.ts'

const cuts = suite('test/torture/power-cut')

const seed = Number(process.env['TORTURE_SEED'] ?? Date.now() % 2 ** 31)
const cutsAtEachStep = Number(process.env['TORTURE_CUTS'] ?? 3)
/** With these the largest file is reserved by fallocate, and the others by writing zeros. */
const pieceLengths = { sparse: 16 * 1024, allocate: 128 * 1024 } as const
type Mode = keyof typeof pieceLengths

const optionsOf = (mode: Mode): MetainfoOptions => {
  const pieceLength = pieceLengths[mode]
  return {
    name: 'cut',
    pieceLength,
    files: [
      { path: 'a', content: 4.5 * pieceLength },
      { path: 'sub/b', content: pieceLength },
      { path: 'sub/deep/c', content: 10.5 * pieceLength },
    ],
  }
}
const order = [9, 0, 12, 4, 5, 1, 15, 2, 3, 14, 6, 7, 8, 10, 11, 13]

/** The steps of a download, and after how many of them each checkpoint was told. */
async function record(
  root: string,
  storageMode: Mode,
): Promise<{ steps: Traced[]; told: [number, TorrentCheckpoint][] }> {
  const torrent = new ResumeFixture(optionsOf(storageMode), root)
  const steps: Traced[] = []
  const told: [number, TorrentCheckpoint][] = []
  const stop = traceFiles(root, (step) => {
    for (const checkpoint of torrent.told.slice(told.length)) told.push([steps.length, checkpoint])
    steps.push(step)
  })
  await download(torrent, { storageMode, resume: undefined, order }).finally(stop)
  for (const checkpoint of torrent.told.slice(told.length)) told.push([steps.length, checkpoint])
  return { steps, told }
}

/** Records a download and cuts the power at each of its steps. */
async function cutEverywhere(mode: Mode): Promise<void> {
  console.log(`seed ${seed}`)
  const random = new Random(seed)
  const root = join(realpathSync(temporaryFolder()), 'files')
  const { steps, told } = await record(root, mode)
  assert.is(
    steps.some(({ type }) => type === 'extend'),
    mode === 'allocate',
  )
  assert.ok(steps.length > 20 && told.length > 5, `${steps.length} steps, ${told.length} checkpoints`)
  const model = new DiskModel(root)
  let taken = 0
  for (let at = 0; at <= steps.length; at += 1) {
    const known = told.filter(([after]) => after <= at).map(([, checkpoint]) => checkpoint)
    for (let cut = 0; cut < cutsAtEachStep && known.length > 0; cut += 1) {
      const torrent = new ResumeFixture(optionsOf(mode))
      const survivors = model.cut(torrent.root, random)
      // the store writes in the background: of what was told any may be the last that it has
      const last = random.next() < 0.7 ? known.at(-1) : random.pick(known)
      if (last === undefined) continue
      const pathOf = (index: number): string => torrent.info.files[index]?.safePath ?? ''
      const checkpoint = carriedOver(last, survivors, torrent.root, pathOf)
      const proof = await torrent.prove({ checkpoint, clean: false })
      assert.is(falsePieces(torrent.info, torrent.root, proof.bits.copy()), 0, `step ${at}`)
      const claimed = onesOf(last.bits ?? new Uint8Array())
      assert.is(onesOf(proof.bits.copy()) >= claimed, true, `step ${at}: what was synced is taken`)
      taken += claimed
    }
    const step = steps[at]
    if (step !== undefined) model.take(step)
  }
  assert.ok(taken > 100, `${taken} pieces were taken`)
}

for (const mode of Object.keys(pieceLengths) as Mode[])
  cuts(`${mode}: after a power cut at any step no piece is taken whose bytes are others`, () =>
    cutEverywhere(mode),
  )

function onesOf(bits: Uint8Array): number {
  return Array.from(bits, (byte) => byte.toString(2).replaceAll('0', '').length).reduce((a, b) => a + b, 0)
}

cuts.run()
