/** Everything that dials or fetches what somebody else wrote: each sink is given targets and says what came of them. */
import type { CommandName } from '../../../src/protocol/commands.ts'
import type { SessionView } from '../../../src/protocol/session.ts'
import type { TrackerView } from '../../../src/protocol/tracker.ts'
import type { WebSeedView } from '../../../src/protocol/web-seed.ts'
import type { Answered, Face, Parameters } from '../../support/faces.ts'
import { codeOf } from '../../support/keys.ts'
import { makeMetainfo } from '../../support/metainfo.ts'
import { eventually } from '../../support/suite.ts'
import { openTracker, type Visit } from './canaries.ts'
import { publicAddress, withPort, type Reader } from './spellings.ts'

/** What a sink is to be led to. */
export interface Target {
  readonly host: string
  readonly port: number
}

/** The server under test and what is around it. */
export interface Surroundings {
  readonly face: Face
  readonly session: SessionView
  /** Tells the torrents of this sink from others of the session. */
  readonly tag: string
  readonly visits: readonly Visit[]
  /** A URL that redirects; `host` is where the redirecting server is said to be. */
  readonly redirect: (url: string, host?: string) => string
}

/** One sink; `run` answers for every target, in their order, when all were tried. */
export interface Sink {
  readonly name: string
  /** How it reads its targets; undefined where it goes nowhere. */
  readonly reader: Reader | undefined
  /** Whether a first answer of a name is followed by a second look-up of it. */
  readonly asksTwice: boolean
  /** Whether a verdict tells the reason. */
  readonly saysWhy: boolean
  readonly run: (targets: readonly Target[], witness: Target, around: Surroundings) => Promise<string[]>
}

type UrlOf = (target: Target, around: Pick<Surroundings, 'redirect'>) => string

const triedWithinMs = 60_000
const pollMs = 200
const busy = ['overloaded', 'session_unresponsive', 'disk_unresponsive']
const mostTrackers = 60
const mostWebSeeds = 16
const mostPeers = 15

const direct =
  (scheme: string): UrlOf =>
  ({ host, port }) =>
    `${scheme}://${withPort(host, port)}/announce`

/** A name that changes its address has the redirecting server first and the canary then. */
const redirected: UrlOf = (target, { redirect }) => {
  const url = `http://${withPort(target.host, target.port)}/`
  return target.host.includes('rebinding') ? redirect(url, target.host) : redirect(url)
}

/** Every sink. */
export const sinks: readonly Sink[] = [
  { name: 'url', reader: 'http', saysWhy: true, asksTwice: false, run: addByUrl(direct('http')) },
  { name: 'url, redirected', reader: 'http', saysWhy: true, asksTwice: true, run: addByUrl(redirected) },
  { name: 'ip_filter', reader: 'http', saysWhy: true, asksTwice: false, run: readFilters(direct('http')) },
  { name: 'HTTP tracker', reader: 'http', saysWhy: true, asksTwice: false, run: announce(direct('http')) },
  {
    name: 'HTTP tracker, redirected',
    reader: 'http',
    saysWhy: true,
    asksTwice: true,
    run: announce(redirected),
  },
  { name: 'UDP tracker', reader: 'udp', saysWhy: true, asksTwice: false, run: announce(direct('udp')) },
  {
    name: 'WebSocket tracker',
    reader: undefined,
    saysWhy: false,
    asksTwice: false,
    run: announce(direct('ws')),
  },
  { name: 'web seed', reader: 'http', saysWhy: true, asksTwice: false, run: readWebSeeds(direct('http')) },
  {
    name: 'web seed, redirected',
    reader: 'http',
    saysWhy: true,
    asksTwice: true,
    run: readWebSeeds(redirected),
  },
  { name: 'x.pe', reader: 'peer', saysWhy: false, asksTwice: false, run: dialMagnets },
  { name: 'add_peer', reader: 'peer', saysWhy: true, asksTwice: false, run: addPeers },
  { name: 'peers of a tracker', reader: 'peer', saysWhy: false, asksTwice: false, run: dialTracked },
]

function addByUrl(urlOf: UrlOf): Sink['run'] {
  return async (targets, _, around) => {
    const codes: string[] = []
    for (const target of targets) {
      const parameters = { session_id: around.session.id, save_path: around.tag, url: urlOf(target, around) }
      codes.push(await answered(around, 'upload_torrent', parameters))
    }
    return codes
  }
}

function readFilters(urlOf: UrlOf): Sink['run'] {
  return async (targets, _, around) => {
    const codes: string[] = []
    for (const target of targets) {
      const parameters = { session_id: around.session.id, ip_filter: urlOf(target, around) }
      codes.push(await answered(around, 'update_session', parameters))
    }
    return codes
  }
}

function announce(urlOf: UrlOf): Sink['run'] {
  return async (targets, _, around) => {
    const add = async (urls: readonly string[], name: string): Promise<Parameters> =>
      await addTo(around, { file: makeMetainfo({ name, trackers: [...urls] }).bytes })
    return await tried(targets, mostTrackers, { urlOf, around, add }, async (named) => {
      const { trackers } = await asked(around, 'get_trackers', named)
      return (trackers as TrackerView[]).map(({ url, state, message }) => ({
        url,
        isTried: state === 'failed' || state === 'disabled',
        verdict: `${state}: ${message}`,
      }))
    })
  }
}

function readWebSeeds(urlOf: UrlOf): Sink['run'] {
  return async (targets, _, around) => {
    const add = async (urls: readonly string[], name: string): Promise<Parameters> =>
      await addTo(around, { file: makeMetainfo({ name, webSeeds: [...urls], content: 10 }).bytes })
    return await tried(targets, mostWebSeeds, { urlOf, around, add }, async (named) => {
      const { web_seeds } = await asked(around, 'get_web_seeds', named)
      return (web_seeds as WebSeedView[]).map(({ url, state, message }) => ({
        url,
        isTried: state === 'given_up' || state === 'waiting',
        verdict: `${state}: ${message}`,
      }))
    })
  }
}

async function dialMagnets(
  targets: readonly Target[],
  witness: Target,
  around: Surroundings,
): Promise<string[]> {
  const witnesses: Target[] = []
  for (const group of grouped(targets, mostPeers)) {
    const last = { host: `8.8.4.${witnesses.length + 1}`, port: witness.port }
    const peers = [...group, last].map(({ host, port }) => `&x.pe=${withPort(host, port)}`).join('')
    const infoHash = String(witnesses.push(last)).padStart(40, '0')
    await addTo(around, { magnet: `magnet:?xt=urn:btih:${infoHash}${peers}` })
  }
  for (const one of witnesses) await reached(one, around)
  return targets.map(() => 'given')
}

async function addPeers(targets: readonly Target[], _: Target, around: Surroundings): Promise<string[]> {
  const named = await addTo(around, { magnet: `magnet:?xt=urn:btih:${'a'.repeat(40)}` })
  const codes: string[] = []
  for (const { host, port } of targets) {
    const parameters = { ...named, address: withPort(host, port) }
    codes.push(await answered(around, 'add_peer', parameters))
  }
  return codes
}

async function dialTracked(
  targets: readonly Target[],
  witness: Target,
  around: Surroundings,
): Promise<string[]> {
  const bare = ({ host, port }: Target) => ({ ip: host.replace(/^\[(.*)\]$/, '$1'), port })
  const tracker = await openTracker(publicAddress, () => [...targets, witness].map(bare))
  await addTo(around, { file: makeMetainfo({ name: 'tracked', trackers: [tracker] }).bytes })
  await reached(witness, around)
  return targets.map(() => 'given')
}

async function answered(around: Surroundings, command: CommandName, parameters: Parameters): Promise<string> {
  return codeOf(await asked(around, command, parameters))
}

/** An answer that is more than that the server is busy. */
async function asked(
  { face }: Surroundings,
  command: CommandName,
  parameters: Parameters,
): Promise<Answered> {
  return await eventually(triedWithinMs, `an answer to ${command}`, async () => {
    const answer = await face.ask(command, parameters)
    return busy.includes(codeOf(answer)) ? undefined : answer
  })
}

async function addTo(around: Surroundings, source: Parameters): Promise<Parameters> {
  const session_id = around.session.id
  const added = await asked(around, 'upload_torrent', { session_id, save_path: around.tag, ...source })
  if (added.status === 'fail') throw new Error(added.message)
  return { session_id, info_hash: added['info_hash'] }
}

function grouped<T>(all: readonly T[], most: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / most) }, (_, at) =>
    all.slice(at * most, (at + 1) * most),
  )
}

interface Tried {
  readonly url: string
  readonly isTried: boolean
  readonly verdict: string
}

/** Adds torrents of at most `most` URLs each; the verdict of each URL once all that were kept have been tried. */
async function tried(
  targets: readonly Target[],
  most: number,
  {
    urlOf,
    around,
    add,
  }: {
    urlOf: UrlOf
    around: Surroundings
    add: (urls: readonly string[], name: string) => Promise<Parameters>
  },
  look: (named: Parameters) => Promise<Tried[]>,
): Promise<string[]> {
  const groups = grouped(targets, most).map(
    (group) => new Map(group.map((target) => [urlOf(target, around), target])),
  )
  const torrents: Parameters[] = []
  for (const group of groups) torrents.push(await add([...group.keys()], `${around.tag} ${torrents.length}`))
  const verdicts = new Map<Target | undefined, string>()
  for (const [at, group] of groups.entries()) {
    let all: Tried[] = []
    const areTried = async (): Promise<boolean> => {
      all = await look(torrents[at] ?? {})
      const isDone = all.every(({ isTried }) => isTried)
      if (!isDone) await new Promise((resolve) => setTimeout(resolve, pollMs)) // a list of sixty is dear
      return isDone
    }
    await eventually(triedWithinMs, 'every trial', areTried).catch((error: unknown) => {
      throw new Error(`not tried: ${JSON.stringify(all.filter(({ isTried }) => !isTried))}`, { cause: error })
    })
    for (const { url, verdict } of all) verdicts.set(group.get(url), verdict)
  }
  return targets.map((target) => verdicts.get(target) ?? 'not kept')
}

async function reached({ host, port }: Target, { visits }: Surroundings): Promise<void> {
  await eventually(triedWithinMs, `a visit at ${host}:${port}`, () =>
    visits.some((visit) => visit.port === port && visit.address === host),
  )
}
