import { suite } from '../support/suite.ts'
import { cellTitle, leave, obstacle, runCell, type Cell } from './cell.ts'
import { inLanes } from './lanes.ts'
import { addCase } from './require.ts'

const lanes = 4
const usual = { encryption: 'enabled', address: 'IPv4' } as const

/** A short list out of the matrix: every client in both roles, every mode of encryption and kind of content. */
const cells: Cell[] = [
  // those that take longest come first
  { ...usual, client: 'transmission', we: 'seed', dials: 'they', content: 'magnet' },
  { ...usual, client: 'transmission', we: 'download', dials: 'we', content: 'multi', encryption: 'forced' },
  { ...usual, client: 'aria2', we: 'download', dials: 'they', content: 'multi' },
  { ...usual, client: 'aria2', we: 'seed', dials: 'we', content: 'magnet', encryption: 'forced' },
  { ...usual, client: 'qbittorrent', we: 'download', dials: 'they', content: 'magnet' },
  { ...usual, client: 'qbittorrent', we: 'seed', dials: 'we', content: 'hybrid', encryption: 'forced' },
  { ...usual, client: 'libtorrent', we: 'download', dials: 'we', content: 'single', encryption: 'disabled' },
  { ...usual, client: 'libtorrent', we: 'seed', dials: 'we', content: 'multi', encryption: 'disabled' },
  { ...usual, client: 'libtorrent', we: 'download', dials: 'they', content: 'multi', encryption: 'disabled' },
  { ...usual, client: 'libtorrent', we: 'seed', dials: 'they', content: 'single', encryption: 'disabled' },
  { ...usual, client: 'libtorrent', we: 'download', dials: 'we', content: 'hybrid' },
  { ...usual, client: 'libtorrent', we: 'seed', dials: 'they', content: 'hybrid' },
  { ...usual, client: 'libtorrent', we: 'download', dials: 'we', content: 'magnet', encryption: 'forced' },
  { ...usual, client: 'libtorrent', we: 'seed', dials: 'they', content: 'magnet', encryption: 'forced' },
  { ...usual, client: 'libtorrent', we: 'download', dials: 'they', content: 'magnet', address: 'IPv6' },
  { ...usual, client: 'libtorrent', we: 'seed', dials: 'we', content: 'multi', address: 'IPv6' },
  { ...usual, client: 'resttorrent', we: 'download', dials: 'we', content: 'multi' },
]

const transfers = suite('test/interop/transfers')
const runnable = cells.filter((cell) => obstacle(cell) === undefined)
const outcomes = new Map(inLanes(lanes, runnable, runCell).map((outcome, i) => [runnable[i], outcome]))

for (const cell of cells) {
  addCase(transfers, cellTitle(cell), obstacle(cell), async () => {
    await outcomes.get(cell)
  })
}

transfers.after(leave)
transfers.run()
