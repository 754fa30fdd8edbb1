/**
 * Builds dist/: the program, and one bundle for each kind of worker thread. The session worker's bundle
 * holds the engine with its native addons left out: an addon that is loaded in a thread can end the process.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type BuildOptions, type Plugin } from 'esbuild'

const root = join(import.meta.dirname, '..')

/** What the engine imports and a thread must not load, and what it finds in its place. */
const leftOut: Record<string, string> = {
  'utp-native': 'module.exports = {}',
  'webrtc-polyfill':
    'export const RTCPeerConnection = undefined, RTCSessionDescription = undefined, RTCIceCandidate = undefined',
}

const leaveOutAddons: Plugin = {
  name: 'leave-out-addons',
  setup(bundle) {
    bundle.onResolve({ filter: new RegExp(`^(${Object.keys(leftOut).join('|')})$`) }, ({ path }) => ({
      path,
      namespace: 'left-out',
    }))
    bundle.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: leftOut[path] ?? '',
      loader: 'js',
    }))
  },
}

const common: BuildOptions = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  outdir: 'dist',
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
  write: false,
  // CommonJS inside of a bundle asks for Node's own modules by require
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
}

if (process.argv.includes('--clean')) rmSync(join(root, 'dist'), { recursive: true, force: true })
mkdirSync(join(root, 'dist'), { recursive: true })
const built = await Promise.all([
  build({
    ...common,
    entryPoints: { main: 'src/main/main.ts' },
    packages: 'external',
    splitting: true,
    chunkNames: 'main-[hash]',
  }),
  build({
    ...common,
    entryPoints: { 'worker-session': 'src/worker/session/entry.ts' },
    plugins: [leaveOutAddons],
    splitting: true, // the engine is a chunk of its own, loaded with the first torrent
    chunkNames: 'engine-[hash]',
  }),
  build({ ...common, entryPoints: { 'worker-tasks': 'src/worker/tasks/entry.ts' } }),
  build({ ...common, entryPoints: { 'worker-store': 'src/worker/store/entry.ts' } }),
])
// chunks of a build before stay: a server that runs may still load one; and no file is ever there by half
for (const { path, contents } of built.flatMap(({ outputFiles }) => outputFiles ?? [])) {
  const partial = `${path}.${process.pid}`
  writeFileSync(partial, contents, { mode: path.endsWith('/main.js') ? 0o755 : 0o644 })
  renameSync(partial, path)
}
