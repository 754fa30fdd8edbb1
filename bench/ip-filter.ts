/** Reads IP filters of many ranges as the pool does, in each form, and searches them as sessions do. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { threadEntries } from '../src/main/threads/entries.ts'
import { TaskPool } from '../src/main/threads/task-pool.ts'
import { IpFilter } from '../src/protocol/ip-filter.ts'

const searches = 1_000_000
const count = Number(process.argv[2] ?? 500_000)
const folder = mkdtempSync(join(tmpdir(), 'resttorrent-bench-'))
const tasks = new TaskPool(threadEntries.tasks)

const version4 = (n: number): string => [24, 16, 8, 0].map((bits) => (n >>> bits) & 255).join('.')
/** Ranges of four addresses, apart from each other, in no order. */
const base = (n: number): number => ((n * 48_271) % count) * 8
const lines: Record<string, (n: number) => string> = {
  cidr: (n) => `${version4(base(n))}/30`,
  dat: (n) => `${version4(base(n))} - ${version4(base(n) + 3)} , 000 , an organisation of number ${n}`,
  p2p: (n) => `An organisation, of number ${n}:${version4(base(n))}-${version4(base(n) + 3)}`,
  ipv6: (n) => `2001:db8:${(n >>> 16).toString(16)}:${(n & 0xffff).toString(16)}::/64`,
}

try {
  for (const [form, line] of Object.entries(lines)) {
    const file = join(folder, form)
    const text = Array.from({ length: count }, (_, n) => `${line(n)}\n`).join('')
    writeFileSync(file, text)
    const before = process.memoryUsage.rss()
    const startedAt = performance.now()
    const { packed, ranges } = await tasks.loadIpFilter({ source: { kind: 'file', file }, copy: undefined })
    const loadMs = Math.round(performance.now() - startedAt)
    const rssGrowth = process.memoryUsage.rss() - before
    const filter = new IpFilter(packed)
    const searchedAt = performance.now()
    let found = 0
    for (let n = 0; n < searches; n += 1) if (filter.has(version4(n * 4001))) found += 1
    const searchNs = Math.round(((performance.now() - searchedAt) * 1e6) / searches)
    const figures = { ranges, fileBytes: text.length, loadMs, packedBytes: packed.byteLength, rssGrowth }
    console.log(JSON.stringify({ benchmark: 'ip-filter', form, ...figures, searchNs, found }))
  }
} finally {
  await tasks.close()
  rmSync(folder, { recursive: true })
}
