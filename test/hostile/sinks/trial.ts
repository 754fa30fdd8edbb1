/**
 * Runs inside a network namespace of its own, where every address is local: starts the built server with the
 * ranges of its argument opened, leads every sink to every spelling (with ranges: to one in so many, a second
 * argument, of those that are then addresses), and prints what it saw as one line.
 */
import { restFace } from '../../support/faces.ts'
import { openSession } from '../../support/sessions.ts'
import { startProcess } from '../../support/server-process.ts'
import { removeTemporaryFolders, temporaryFolder } from '../../support/suite.ts'
import { startStubDns } from '../../outward/stub-dns.ts'
import { openCanaries, openHub, type Visit } from './canaries.ts'
import { sinks } from './sinks.ts'
import { publicAddress, reaching, rebinding, spellings, zone } from './spellings.ts'

/** What one sink did with one target; visits are those at its port. */
export interface Trial {
  readonly sink: string
  readonly host: string
  readonly verdict: string
  readonly visits: readonly Visit[]
}

const firstPort = 10_000
/** A session asks its trackers 50 times a second: sinks are spread over a few. */
const lanes = [0, 1]
const portsOfSink = spellings.length + 2

const [ranges = '', part = '1'] = process.argv.slice(2)
const every = Number(part)
const isOpen = ranges !== ''
const visits = await openCanaries(firstPort, portsOfSink * sinks.length)
await startStubDns(zone, 53)
const hub = await openHub(publicAddress)
await using server = startProcess([], {
  RESTTORRENT_PORT: '0',
  RESTTORRENT_DATA_DIR: temporaryFolder(),
  RESTTORRENT_ALLOW_PRIVATE: ranges,
})
const face = restFace(await server.listening())
const sessions = await Promise.all(lanes.map(() => openSession(face, { lsd: 0, max_peers: 200 })))
const trials = await Promise.all(
  sinks.map(async (sink, index) => {
    const session = sessions[index % lanes.length]
    if (session === undefined) throw new Error('no session')
    const given = isOpen ? reaching(sink.reader, every) : spellings
    const first = firstPort + index * portsOfSink
    const hosts = [...given.map(({ host }) => host), `${index}.${rebinding}`]
    const targets = hosts.map((host, at) => ({ host, port: first + at }))
    const witness = { host: publicAddress, port: first + targets.length }
    const around = { face, session, tag: String(index), visits, redirect: hub.redirect }
    const verdicts = await sink.run(targets, witness, around)
    return targets.map(({ host, port }, at) => ({ sink: sink.name, host, port, verdict: verdicts[at] ?? '' }))
  }),
)
server.signal('SIGTERM')
await server.ended()
const shown = trials.flat().map(({ port, ...trial }): Trial => ({
  ...trial,
  visits: visits.filter((visit) => visit.port === port),
}))
removeTemporaryFolders()
process.stdout.write(`${JSON.stringify(shown)}\n`, () => process.exit())
