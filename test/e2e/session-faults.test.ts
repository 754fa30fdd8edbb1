/** What a fault of one session is to the API and to the others: nothing. */
import { join } from 'node:path'
import pino from 'pino'
import * as assert from 'uvu/assert'
import { parseSettings } from '../../src/main/parse-settings.ts'
import { startProgram } from '../../src/main/program.ts'
import { threadEntries } from '../../src/main/threads/entries.ts'
import type { SessionView } from '../../src/protocol/session.ts'
import { restFace, type Face } from '../support/faces.ts'
import { faultySession, order, type Fault } from '../support/faults.ts'
import { makeMetainfo, writeFiles, type MadeMetainfo } from '../support/metainfo.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite, temporaryFolder, within } from '../support/suite.ts'

const faults = suite('test/e2e/session-faults')
const kinds = ['throw', 'reject', 'exit', 'loop', 'heap'] as const satisfies Fault[]
const backWithinMs = 45_000
const answerWithinMs = 5000

/** A session that seeds a torrent of its own. */
interface Seeding {
  readonly session: SessionView
  readonly made: MadeMetainfo
}

async function seed(face: Face, rootDir: string, name: string): Promise<Seeding> {
  const made = makeMetainfo({ name, seed: name })
  writeFiles(join(rootDir, 'here'), made)
  const session = await openSession(face)
  await addTorrent(face, session, { file: made.bytes })
  await whenState(face, session, made.infoHash, 'seeding')
  return { session, made }
}

const viewOf = (face: Face, { session }: Seeding): Promise<SessionView> =>
  face.call('get_session', { session_id: session.id })

faults(
  'throw, rejection, exit, endless loop and heap growth end one session each, and all return',
  async () => {
    const dataDir = temporaryFolder()
    const args = ['--port', '0', '--data-dir', dataDir, '--listen-host', '127.0.0.1']
    const parsed = parseSettings(args, { RESTTORRENT_NO_AUTH: '1' })
    if (parsed.kind !== 'settings') throw new Error(parsed.text)
    const entries = { ...threadEntries, session: faultySession() }
    const program = await startProgram(parsed.settings, pino({ level: 'silent' }), entries)
    try {
      const face = restFace(program.address)
      const rootDir = join(dataDir, 'downloads')
      const healthy = await seed(face, rootDir, 'healthy')
      const faulty: Seeding[] = []
      for (const kind of kinds) faulty.push(await seed(face, rootDir, kind))
      faulty.forEach(({ session }, at) => order({ sessionId: session.id, fault: kinds[at] ?? 'exit' }))

      await eventually(backWithinMs, 'every session is back', async () => {
        const other = await within(answerWithinMs, 'the healthy session', viewOf(face, healthy))
        assert.equal([other.state, other.worker.generation], ['running', 1])
        const views = await within(
          answerWithinMs,
          'the API',
          Promise.all(faulty.map((one) => viewOf(face, one))),
        )
        return views.every(({ state, restarts }) => state === 'running' && restarts === 1)
      })
      for (const one of faulty) {
        const { id, port, last_error } = await viewOf(face, one)
        assert.equal([id, port, last_error?.code], [one.session.id, one.session.port, 'session_gone'])
        await whenState(face, one.session, one.made.infoHash, 'seeding')
      }
      const reasons = (await Promise.all(faulty.map((one) => viewOf(face, one)))).map(
        (view) => view.last_error?.message,
      )
      const ownFault = /a fault of its own/
      const expected = [ownFault, ownFault, ownFault, /silent for 10 s/, /filled its heap/]
      expected.forEach((reason, at) => assert.match(reasons[at] ?? '', reason))
    } finally {
      await program.stop()
    }
  },
)

faults.run()
