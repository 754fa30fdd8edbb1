import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import * as assert from 'uvu/assert'
import { toWireError } from '../../../src/protocol/errors.ts'
import { IpFilter } from '../../../src/protocol/ip-filter.ts'
import { pruneCopies } from '../../../src/worker/tasks/ip-filter/filter-copy.ts'
import { readFilterLine } from '../../../src/worker/tasks/ip-filter/filter-line.ts'
import { loadIpFilter, mostFilterBytes } from '../../../src/worker/tasks/ip-filter/load-ip-filter.ts'
import { suite, temporaryFolder } from '../../support/suite.ts'
import { serveFiles } from '../../support/web-server.ts'

const filters = suite('src/worker/tasks/ip-filter')
const folder = temporaryFolder()
const rootDir = join(folder, 'root')
mkdirSync(join(rootDir, 'tenant/lists'), { recursive: true })
mkdirSync(join(folder, 'data'))

/** In the order of the forms: CIDR, DAT, P2P. */
const file = `\ufeff# a comment
192.0.2.0/28
192.0.2.32/28 ; with a remark
2001:db8:1::/48 # and another

198.51.100.7
// another comment
001.002.003.000 - 001.002.003.255 , 000 , Some organisation, and more: of it
001.002.004.000 - 001.002.004.255 , 127 , still blocked
001.002.005.000 - 001.002.005.255 , 128 , allowed by its level
001.002.006.000 - 001.002.006.255
2001:db8:2:: - 2001:db8:2::ff , 100 , of six
Some #1 Org, Inc - east: branch:203.0.113.0-203.0.113.15\r
Of six:2001:db8:3::-2001:db8:3::ff
<html>
1.2.3.4 - 1.2.3
9.9.9.9 - 8.8.8.8 , 000 , the wrong way round
300.1.1.1/8
${'x'.repeat(2000)}
`
const blocked = [
  ['192.0.2.0', '192.0.2.15', '192.0.2.33', '198.51.100.7', '2001:db8:1:ffff::1'],
  ['1.2.3.0', '1.2.4.255', '1.2.6.9', '2001:db8:2::80'],
  ['203.0.113.15', '2001:db8:3::1'],
].flat()
const free = ['192.0.2.16', '198.51.100.8', '1.2.5.1', '203.0.113.16', '2001:db8:2::100', '8.8.8.8']

async function codeOf(load: Promise<unknown>): Promise<string> {
  return await load.then(
    () => 'loaded',
    (error: unknown) => toWireError(error).code,
  )
}

function pathSource(path: string, root = 'tenant') {
  return { kind: 'path', rootDir, root, reservedDir: join(folder, 'data'), path } as const
}

filters('every form is read from a file below the root, and wrong lines are counted', async () => {
  for (const [name, bytes] of [
    ['plain.txt', Buffer.from(file)],
    ['packed.gz', gzipSync(file)],
  ] as const) {
    writeFileSync(join(rootDir, 'tenant/lists', name), bytes)
    const { packed, ranges, skippedLines } = await loadIpFilter({
      source: pathSource(`lists/${name}`),
      copy: undefined,
    })
    const filter = new IpFilter(packed)
    for (const address of blocked) assert.ok(filter.has(address), address)
    for (const address of free) assert.not(filter.has(address), address)
    assert.equal([ranges, skippedLines], [10, 5])
  }
})

filters('the range of a P2P line is found behind any name', () => {
  const found = (line: string) => readFilterLine(line)
  const range = found('1.2.3.4-1.2.3.5')
  for (const name of ['', 'a', 'a:b', 'a, b', '1.2.3.4', 'a-b', '#1', 'http://a'])
    assert.equal(found(`x${name}:1.2.3.4-1.2.3.5`), range, name)
  assert.equal(found('name:2001:db8::1-2001:db8::2'), found('2001:db8::1-2001:db8::2'))
})

filters('a file is found by the path rule alone', async () => {
  writeFileSync(join(folder, 'outside'), '192.0.2.0/24')
  symlinkSync(join(folder, 'outside'), join(rootDir, 'tenant/link'))
  const refusals: [path: string, code: string][] = [
    ['../outside', 'path_outside_root'],
    [join(folder, 'outside'), 'path_outside_root'],
    ['link', 'path_outside_root'],
    ['lists', 'not_found'],
    ['lists/absent', 'not_found'],
    ['absent/absent', 'not_found'],
    ['..', 'invalid_path'],
  ]
  for (const [path, code] of refusals)
    assert.is(await codeOf(loadIpFilter({ source: pathSource(path), copy: undefined })), code, path)
})

filters('what is too large, has too many ranges or no range is invalid_ip_filter', async () => {
  const path = join(rootDir, 'tenant/wrong')
  const tooMany = Buffer.alloc(500_001 * 8, '1.2.3.4\n')
  const wrong = [
    Buffer.from('<html>\nnot found\n'),
    tooMany,
    gzipSync(Buffer.alloc(mostFilterBytes + 1, '\n')),
    Buffer.from([0x1f, 0x8b, 1]),
  ]
  for (const bytes of wrong) {
    writeFileSync(path, bytes)
    assert.is(
      await codeOf(loadIpFilter({ source: pathSource('wrong'), copy: undefined })),
      'invalid_ip_filter',
    )
  }
  writeFileSync(path, '# nothing yet\n')
  assert.is((await loadIpFilter({ source: pathSource('wrong'), copy: undefined })).ranges, 0)
})

filters(
  'a URL is fetched where the policy allows it; what was read leaves a copy that reads the same',
  async () => {
    await using server = await serveFiles([], (_asked, response) => {
      response.end(file)
      return true
    })
    const source = { kind: 'url', url: `${server.url}/list`, allowedRanges: ['127.0.0.0/8'] } as const
    const copies = join(folder, 'copies')
    assert.is(
      await codeOf(loadIpFilter({ source: { ...source, allowedRanges: [] }, copy: undefined })),
      'address_not_allowed',
    )
    const read = await loadIpFilter({ source, copy: { folder: copies, name: 's-1' } })
    const copied = await loadIpFilter({
      source: { kind: 'file', file: join(copies, 's-1') },
      copy: undefined,
    })
    assert.equal(Buffer.from(copied.packed), Buffer.from(read.packed))
    const kept = readFileSync(join(copies, 's-1'))
    writeFileSync(join(copies, 's-2'), kept)
    writeFileSync(join(copies, 't-1'), kept)
    pruneCopies({ folder: copies, sessionId: 's', stays: 's-2' })
    assert.equal(readdirSync(copies).sort(), ['s-2', 't-1'])
  },
)

filters.run()
