/**
 * The whole matrix: `node test/interop/matrix.ts [words…]` runs every cell whose title has all of the words
 * and prints one line each: ok, failed with the reason, or not run with the reason. The built server is
 * what is run. With FULL=1 a failure is printed with what both clients said.
 */
import { clientNames } from './clients.ts'
import { cellTitle, leave, obstacle, runCell, type Cell } from './cell.ts'
import { inLanes } from './lanes.ts'

const lanes = 3
const counts = { ok: 0, failed: 0, 'not run': 0 }

function* cells(): Generator<Cell> {
  for (const client of clientNames)
    for (const we of ['download', 'seed'] as const)
      for (const dials of ['we', 'they'] as const)
        for (const encryption of ['disabled', 'enabled', 'forced'] as const)
          for (const content of ['single', 'multi', 'hybrid', 'magnet'] as const)
            for (const address of ['IPv4', 'IPv6'] as const)
              yield { client, we, dials, encryption, content, address }
}

function tell(verdict: keyof typeof counts, cell: Cell, more: string): void {
  counts[verdict] += 1
  console.log(`${verdict.padEnd(7)} ${cellTitle(cell)}${more}`)
}

async function attempt(cell: Cell): Promise<void> {
  const why = obstacle(cell)
  if (why) return tell('not run', cell, `: ${why.why}`)
  const startedAt = Date.now()
  try {
    await runCell(cell)
    tell('ok', cell, ` (${Date.now() - startedAt} ms)`)
  } catch (error) {
    const text = String(error)
    tell('failed', cell, `: ${process.env['FULL'] === '1' ? text : text.split('\n', 1)[0]}`)
  }
}

const words = process.argv.slice(2)
const chosen = [...cells()].filter((cell) => words.every((word) => cellTitle(cell).includes(word)))
try {
  await Promise.all(inLanes(lanes, chosen, attempt))
} finally {
  leave()
}
console.log(`${counts.ok} ok, ${counts.failed} failed, ${counts['not run']} not run`)
process.exitCode = counts.failed > 0 ? 1 : 0
