/** Runs the trial in a network namespace of its own, and judges what arrived. */
import { execFile, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import * as assert from 'uvu/assert'
import type { Obstacle } from '../../interop/require.ts'
import { temporaryFolder } from '../../support/suite.ts'
import { sinks } from './sinks.ts'
import { publicAddress, reaching, rebinding, spellings } from './spellings.ts'
import type { Trial } from './trial.ts'

const folder = resolve(import.meta.dirname, '../../..')
const everything = '0.0.0.0/0,::/0'
const deadlineMs = 85_000
const resolverFile = join(temporaryFolder(), 'resolv.conf')
writeFileSync(resolverFile, 'nameserver 127.0.0.1\n')

/** Makes every address of a new namespace local, and its name server ours; then runs what follows. */
const inside = [
  'ip link set lo up',
  'ip route add local default dev lo',
  'ip -6 route add local default dev lo',
  `mount --bind ${resolverFile} /etc/resolv.conf`,
  'exec "$@"',
].join(' && ')
const flags = '--map-root-user --net --mount --pid --fork --kill-child --mount-proc'.split(' ')

function unshared(...command: string[]): string[] {
  return [...flags, 'sh', '-c', inside, 'sh', ...command]
}

/** What keeps this user from a namespace, if anything does. */
export function obstacle(): Obstacle | undefined {
  const { status, stderr, error } = spawnSync('unshare', unshared('true'), { encoding: 'utf8' })
  return status === 0 ? undefined : { kind: 'forbidden', why: error?.message ?? stderr.trim() }
}

/** Leads every sink to every spelling, with ranges allowed to one in `every`. */
async function trial(ranges: string, every = 1): Promise<Trial[]> {
  const program = join(folder, 'test/hostile/sinks/trial.ts')
  const options = { cwd: folder, timeout: deadlineMs, killSignal: 'SIGKILL', maxBuffer: 2 ** 24 } as const
  const command = unshared(process.execPath, program, ranges, String(every))
  const { stdout } = await promisify(execFile)('unshare', command, options)
  return JSON.parse(stdout) as Trial[]
}

const shown = ({ sink, host, verdict, visits }: Trial): string =>
  `${sink} ${host}: ${verdict} ${JSON.stringify(visits)}`
const isRebinding = ({ host }: Trial): boolean => host.endsWith(rebinding)

/** Canaries see nothing of any way, and where the sink tells why it is the address. */
export async function nothingArrives(): Promise<void> {
  const trials = await trial('')
  assert.is(trials.length, sinks.length * (spellings.length + 1))
  const harmless = (one: Trial): boolean =>
    one.visits.length === 0 ||
    (isRebinding(one) && one.visits.every(({ address }) => address === publicAddress))
  assert.equal(trials.filter((one) => !harmless(one)).map(shown), [])
  const judged = sinks.filter(({ saysWhy }) => saysWhy)
  for (const { name, reader } of judged) {
    const hosts = new Set(reaching(reader).map(({ host }) => host))
    const others = trials.filter(
      ({ sink, host, verdict }) =>
        sink === name && hosts.has(host) && !/not allowed|address_not_allowed/.test(verdict),
    )
    assert.equal(others.map(shown), [], 'the address is the reason')
  }
}

/** Where every address is allowed one in `every` of the ways to write one arrives, at each sink. */
export async function everythingArrives(every: number): Promise<void> {
  const trials = await trial(everything, every)
  for (const { name, reader, asksTwice } of sinks) {
    const ofSink = trials.filter(
      ({ sink, host }) => sink === name && (asksTwice || !host.endsWith(rebinding)),
    )
    const valid = reaching(reader, every)
    assert.is(ofSink.length, valid.length + (asksTwice ? 1 : 0))
    assert.equal(ofSink.filter(({ visits }) => visits.length === 0).map(shown), [], name)
  }
  const second = trials.filter((one) => isRebinding(one) && /redirected/.test(one.sink))
  assert.ok(second.every(({ visits }) => visits.some(({ address }) => address === '127.0.0.1')))
}
