/** The info hash against one that is found by other means: a scanner of its own, and Python's SHA-1. */
import { createHash } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import * as assert from 'uvu/assert'
import { parseMetainfo } from '../../src/protocol/metainfo.ts'
import { codeOf } from '../support/code-of.ts'
import { suite } from '../support/suite.ts'

const test = suite('protocol/metainfo: raw info')

/** Where the value that begins at `at` ends. */
function endOf(bytes: Buffer, at: number): number {
  const first = String.fromCharCode(bytes[at] ?? 0)
  if (first === 'i') return bytes.indexOf('e', at) + 1
  if (first === 'l' || first === 'd') {
    let place = at + 1
    while (bytes[place] !== 0x65) place = endOf(bytes, place)
    return place + 1
  }
  const colon = bytes.indexOf(':', at)
  return colon + 1 + Number(bytes.toString('latin1', at, colon))
}

/** The value of the key `info` of the outermost dictionary. */
function scanInfo(bytes: Buffer): Buffer | undefined {
  for (let at = 1; bytes[at] !== 0x65;) {
    const value = endOf(bytes, at)
    const end = endOf(bytes, value)
    if (bytes.toString('latin1', at, value) === '4:info') return bytes.subarray(value, end)
    at = end
  }
  return undefined
}

const string = (text: string): string => `${Buffer.byteLength(text)}:${text}`
/** Keys that look like those that count, at other depths or a letter off. */
const lookalike = fc.constantFrom(
  'info',
  'Info',
  'infos',
  'inf',
  'pieces',
  '4:info',
  'info ',
  'name',
  'e4:infod',
)
const { value: anything } = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.integer().map((number) => `i${number}e`),
    fc.oneof(fc.constantFrom('4:info', 'd4:infod', 'ee', 'de4:info'), fc.string()).map(string),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `l${items.join('')}e`),
    dictionary(lookalike, tie('value')),
  ),
}))
/** Entries of different keys, in any order. */
function dictionary(key: fc.Arbitrary<string>, value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .uniqueArray(fc.tuple(key, value), { maxLength: 5, selector: ([name]) => name })
    .map((entries) => `d${entries.map(([name, text]) => string(name) + text).join('')}e`)
}
const ownEntries = ['4:name1:a', '6:lengthi1e', '12:piece lengthi16384e', `6:pieces20:${'x'.repeat(20)}`]
const ownNames = [
  'name',
  'length',
  'piece length',
  'pieces',
  'files',
  'private',
  'name.utf-8',
  'meta version',
  'attr',
]
const otherEntries = fc
  .uniqueArray(fc.tuple(fc.oneof(lookalike, fc.string()), anything), {
    maxLength: 5,
    selector: ([name]) => name,
  })
  .map((entries) => entries.filter(([name]) => !ownNames.includes(name)))
  .map((entries) => entries.map(([name, text]) => string(name) + text))
const info = otherEntries
  .chain((others) => shuffled([...ownEntries, ...others]))
  .map((all) => `d${all.join('')}e`)
const metainfo = fc
  .tuple(info, otherEntries)
  .chain(([inner, others]) =>
    shuffled([`4:info${inner}`, ...others.filter((one) => !one.startsWith('4:info'))]),
  )
  .map((all) => Buffer.from(`d${all.join('')}e`))

function shuffled(items: string[]): fc.Arbitrary<string[]> {
  return fc.shuffledSubarray(items, { minLength: items.length, maxLength: items.length })
}

test('the raw bytes of info are those that a scanner of its own finds, whatever stands around and inside', () => {
  let parsed = 0
  const hashes: [ours: string, bytes: Buffer][] = []
  fc.assert(
    fc.property(metainfo, (bytes) => {
      const code = codeOf(() => {
        const { rawInfo } = parseMetainfo(bytes)
        const found = scanInfo(bytes)
        if (!found?.equals(rawInfo)) return assert.unreachable(bytes.toString('base64'))
        parsed += 1
        if (hashes.length < 200) hashes.push([createHash('sha1').update(rawInfo).digest('hex'), found])
      })
      assert.is(code, undefined, bytes.toString('base64'))
    }),
    { numRuns: 5000 },
  )
  assert.ok(parsed >= 5000, `${parsed}`)
  const program =
    'import sys,hashlib,base64\nfor line in sys.stdin: print(hashlib.sha1(base64.b64decode(line)).hexdigest())'
  const input = hashes.map(([, bytes]) => bytes.toString('base64')).join('\n')
  const { stdout, status } = spawnSync('python3', ['-c', program], { input, encoding: 'utf8' })
  assert.is(status, 0)
  assert.equal(stdout.trim().split('\n'), hashes.map(([ours]) => ours)) // prettier-ignore
})

test.run()
