import type { Layout, Span } from '../../storage/layout.ts'
import type { Run } from '../picker/partial-piece.ts'
import { blockLength } from './block-cutter.ts'

/** The parts of files that some runs lie in, in the order of the runs; runs that touch each other are one. */
export function* spansOf(runs: readonly Run[], layout: Layout): Generator<Span> {
  let start = 0
  let end = 0
  for (const run of runs) {
    const from = run.piece * layout.pieceLength + run.block * blockLength
    const pieceEnd = run.piece * layout.pieceLength + layout.pieceSize(run.piece)
    if (from !== end) {
      yield* layout.spans(start, end - start)
      start = from
    }
    end = Math.min(pieceEnd, from + run.count * blockLength)
  }
  yield* layout.spans(start, end - start)
}
