/**
 * The server with session workers that can be told to fail: each line on its standard input is an order, see
 * `test/support/faults.ts`. Beside the entry of its session workers it is the one that is built.
 */
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { nodeOwn } from '../build/node-own.ts'
import { faultySession, order, type FaultOrder } from '../test/support/faults.ts'

// sized at its first use, as in src/main/main.ts
process.env['UV_THREADPOOL_SIZE'] ??= '64'
const { default: pino } = await import('pino')
const { parseSettings } = await import('../src/main/parse-settings.ts')
const { startProgram } = await import('../src/main/program.ts')
const { threadEntries } = await import('../src/main/threads/entries.ts')

const parsed = parseSettings(process.argv.slice(2), process.env)
if (parsed.kind !== 'settings') throw new Error(parsed.text)
const program = await startProgram(parsed.settings, pino({ base: null }), {
  ...threadEntries,
  session: await withoutTypes(faultySession()),
})
const lines = createInterface({ input: process.stdin })
lines.on('line', (line) => order(JSON.parse(line) as FaultOrder))
process.once('SIGTERM', () => {
  lines.close()
  void program.stop().then(() => process.exit())
})

/** The same as JavaScript without imports: a thread that has to take types away first starts much later. */
async function withoutTypes(entry: URL): Promise<URL> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    outdir: 'out',
    write: false,
    plugins: [nodeOwn],
  })
  return new URL(`data:text/javascript,${encodeURIComponent(outputFiles.map(({ text }) => text).join(''))}`)
}
