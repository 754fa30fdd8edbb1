/** The benchmarks by name: each is a program of its own here, run with the arguments after its name. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const benchmarks = {
  api: 'reads over HTTP, idle and while sessions download',
  lists: 'turns of the loop while lists are filtered and sorted: [torrents] [runs]',
  storage: 'our piece storage beside the one the engine brings: [folder] [rounds]',
  download:
    'a torrent from a libtorrent seed, by ours, libtorrent and stock WebTorrent: --size MiB, --rounds N, --shapes 1024x1,64x4 (KiB of a piece, seeds), --before dist/main.js of another build',
  seed: 'a torrent to a libtorrent leecher, from ours, libtorrent and stock WebTorrent: --size MiB, --rounds N',
  recheck:
    'a torrent whose file is there is checked, beside bare hashing: --size MiB, --rounds N, --folder F',
  transfer:
    'a download and a seed with our piece storage and with the one the engine brings: --size MiB, --rounds N, --seconds S',
  store: 'torrents recorded by many callers at a time beside one after the other: [folder] [rounds]',
  'log-start':
    'the start of a server whose log is 64 MiB, after a kill and after an end in order: [rounds] [folder]',
  restart:
    'a torrent of many pieces is stopped and started, complete and half there: --pieces N, --kib N, --rounds N',
  'killed-download':
    'a download of 50 GiB goes on after a kill, beside the check of what was there: --gib N, --there N, --rounds N',
  'ip-filter': 'an IP filter of 500,000 ranges read and searched: [ranges]',
  live: 'changes told to many Socket.IO clients while lists are read: --clients N, --sessions N, --only even,burst,memory…',
  sessions:
    'memory and time of sessions that do nothing: --sessions N, --torrents N in each, --runs N, --only ours,bare…',
  torrents: 'finished torrents that do nothing in one session: --torrents N, --runs N',
  scale:
    'sessions that download at the same time: the sum of their rates, CPU for each GiB: --only 1,2,4,8, --size MiB',
  crash:
    'a session that throws or loops for ever: reads of the others, and until it is back: --only throw,loop, --runs N',
  limits: 'by how many percent rate limits are off, in windows of 10 s: [windows] [bytes/s…]',
  governor: 'three sessions under one cap of the host, in windows of 10 s: [windows] [bytes/s]',
  picker: "our piece picker beside the engine's and libtorrent: [rounds] [MiB] [folder]",
} as const

const [name, ...rest] = process.argv.slice(2)
if (name !== undefined && Object.hasOwn(benchmarks, name)) process.exitCode = await run(name, rest)
else {
  const out = name === '--help' ? process.stdout : process.stderr
  out.write(`${help()}\n`)
  process.exitCode = name === '--help' ? 0 : 2
}

async function run(benchmark: string, args: readonly string[]): Promise<number> {
  const root = join(import.meta.dirname, '..')
  if (!existsSync(join(root, 'dist', 'main.js'))) throw new Error('dist is missing: run npm run build')
  const program = join(import.meta.dirname, `${benchmark}.ts`)
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit' })
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}

function help(): string {
  return [
    'usage: npm run bench -- <benchmark> [options]',
    '',
    ...Object.entries(benchmarks).map(([benchmark, about]) => `  ${benchmark.padEnd(10)} ${about}`),
    '',
    'Each prints one JSON line per scenario. Those with options list them by --help, as in `npm run bench -- api --help`.',
  ].join('\n')
}
