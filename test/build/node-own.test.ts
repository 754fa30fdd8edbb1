import { build } from 'esbuild'
import * as assert from 'uvu/assert'
import { bundles } from '../../build/bundles.ts'
import { nodeOwn } from '../../build/node-own.ts'
import { suite } from '../support/suite.ts'

const own = suite('test/build/node-own')

own('every form of an import is taken', async () => {
  const contents = `
    import path, { sep, join as put } from 'node:path'
    import * as os from 'node:os'
    import { setTimeout } from 'node:timers/promises'
    import url from 'url'
    export const all = [path.join('a', 'b'), sep, put('c', 'd'), os.EOL, typeof setTimeout, url.URL.name]`
  const { outputFiles } = await build({
    stdin: { contents },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: 'out.js',
    write: false,
    plugins: [nodeOwn],
  })
  const [text = ''] = outputFiles.map((file) => Buffer.from(file.contents).toString())
  assert.not.match(text, /^import/m)
  const { all } = (await import(`data:text/javascript,${encodeURIComponent(text)}`)) as { all: unknown[] }
  assert.equal(all, ['a/b', '/', 'c/d', '\n', 'function', 'URL'])
})

own('no import of one is left in what threads of workers load', async () => {
  for (const worker of ['session', 'tasks', 'store']) {
    const options = bundles.find(({ entryPoints }) => Object.hasOwn(entryPoints ?? {}, `worker-${worker}`))
    const { outputFiles = [] } = await build({ ...options })
    for (const { path, contents } of outputFiles.filter((file) => file.path.endsWith('.js')))
      assert.not.match(Buffer.from(contents).toString(), /^import .* from "[\w:/]+"/m, path)
  }
})

own.run()
