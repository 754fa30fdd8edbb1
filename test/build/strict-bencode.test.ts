import { relative } from 'node:path'
import { build } from 'esbuild'
import * as assert from 'uvu/assert'
import { bundles, root, withEngine } from '../../build/bundles.ts'
import { suite } from '../support/suite.ts'

const bencode = suite('build/engine/strict-bencode')

bencode('no bundle holds a bencode other than ours', async () => {
  const built = await Promise.all(bundles.map((options) => build({ ...options, metafile: true })))
  const inputs = built.flatMap(({ metafile }) => Object.keys(metafile.inputs))
  const named = inputs.filter((path) => /b(en?)?code/i.test(path)).map((path) => relative(root, path))
  assert.equal(
    named.filter((path) => path.includes('node_modules')),
    [],
  )
  const ours = built
    .flatMap(({ metafile }) => Object.values(metafile.inputs))
    .flatMap(({ imports }) => imports)
  const replaced = ours.filter(({ original }) => original === 'bencode').map(({ path }) => path)
  assert.equal([...new Set(replaced)].sort(), [
    'src/worker/session/engine/bencode/engine-bencode.ts',
    'src/worker/session/engine/bencode/krpc-bencode.ts',
  ])
})

for (const [how, contents] of [
  ['of a file inside of it', "import decode from 'bencode/lib/decode.js'; decode()"],
  ['that is dynamic', "await import('bencode')"],
] as const) {
  bencode(`an import of it ${how} fails the build`, async () => {
    const options = { ...withEngine, logLevel: 'silent', stdin: { contents, resolveDir: root } } as const
    const failure: unknown = await build(options).catch((error: unknown) => error)
    assert.match(String(failure), /which nothing replaces/)
  })
}

bencode.run()
