import fc from 'fast-check'
import { join, resolve } from 'node:path'
import * as assert from 'uvu/assert'
import { readNamePart, safeName } from '../../src/protocol/file-names.ts'
import { suite } from '../support/suite.ts'

const test = suite('protocol/file-names')
const sly = fc.constantFrom('.', '..', '/', '\\', '\0', ' ', 'CON', 'nul.txt', '\u202e', '\n', 'é', '…')
const names = fc
  .array(fc.oneof(sly, fc.string({ unit: 'binary', maxLength: 8 }), fc.constant('long '.repeat(40))), {
    minLength: 1,
    maxLength: 8,
  })
  .map((parts) => parts.join(''))

test('a safe name stays as it is when it is made safe again', () => {
  fc.assert(
    fc.property(names, (name) => {
      const safe = safeName(name)
      assert.is(safeName(safe), safe)
    }),
    { numRuns: 2000 },
  )
})

test('a part that is read becomes one part below its folder, of at most 255 bytes', () => {
  const folder = resolve('/data/root')
  fc.assert(
    fc.property(
      fc.oneof(
        names.map((name) => Buffer.from(name)),
        fc.uint8Array({ maxLength: 300 }),
      ),
      (bytes) => {
        const safe = safeOf(bytes)
        if (safe === undefined) return
        assert.is(resolve(folder, safe), join(folder, safe))
        assert.is(resolve(folder, safe, '..'), folder)
        assert.ok(Buffer.byteLength(safe) <= 255)
      },
    ),
    { numRuns: 2000 },
  )
})

/** Undefined where the part is refused. */
function safeOf(bytes: Uint8Array): string | undefined {
  try {
    return safeName(readNamePart(bytes).text)
  } catch {
    return undefined
  }
}

test.run()
