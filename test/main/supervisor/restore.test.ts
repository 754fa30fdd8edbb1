/** Sessions of a process before, while they wait for their turn to be started. */
import * as assert from 'uvu/assert'
import { SessionRecords } from '../../../src/main/records/session-records.ts'
import { freePort, takeTcp } from '../../support/ports.ts'
import { suite } from '../../support/suite.ts'
import { supervise } from '../../support/supervised.ts'
import { torrentRecord } from '../../support/torrent-record.ts'
import { sessionOf } from '../../worker/store/fixture.ts'

const restoring = suite('src/main/supervisor/supervisor, restore')

/** Records of a session whose mark is durable only when `release` is called. */
async function held(n: number): Promise<{ records: SessionRecords; release: () => void }> {
  const gate = Promise.withResolvers<undefined>()
  const { settings, ...session } = sessionOf(n)
  const records = new SessionRecords(
    { ...session, ports: [await freePort()], settings: { ...settings, dht: false } },
    {
      journal: {
        write: async (operation) => {
          if (operation.type === 'mark_clean') await gate.promise
        },
      },
      onFailed: (error) => assert.unreachable(String(error)),
    },
  )
  return { records, release: () => gate.resolve(undefined) }
}

restoring('all are listed at once and started a few at a time', async () => {
  await using sessions = supervise()
  const all = await Promise.all([1, 2, 3, 4, 5].map((n) => held(n)))
  const restored = sessions.supervisor.restore(all.map(({ records }) => records))
  assert.is([...sessions.board.sessions.rows()].length, 5)
  for (const { release } of all) release()
  await restored
  for (const { records } of all)
    await sessions.whenSession(records.session.id, 'running', ({ state }) => state === 'running')
})

restoring('a session that is deleted while it waits is not started', async () => {
  await using sessions = supervise()
  const { records, release } = await held(1)
  const restored = sessions.supervisor.restore([records])
  await sessions.supervisor.delete(records.session.id)
  release()
  await restored
  const [port = 0] = records.session.ports
  await (await takeTcp(port))[Symbol.asyncDispose]()
})

restoring('a session that is restarted while it waits has one worker', async () => {
  await using sessions = supervise()
  const { records, release } = await held(1)
  const restored = sessions.supervisor.restore([records])
  await sessions.supervisor.session(records.session.id).restart()
  release()
  await restored
  const view = await sessions.whenSession(records.session.id, 'running', ({ state }) => state === 'running')
  assert.is(view.worker.generation, 1)
})

restoring(
  'a session whose port is taken comes back by itself when it is free, with its torrents',
  async () => {
    await using sessions = supervise({ failedRetryMs: 300 })
    const { records, release } = await held(1)
    release()
    const { id, ports } = records.session
    const record = torrentRecord({
      started: false,
      source: { ...torrentRecord().source, rawInfo: undefined },
    })
    records.restore([record], [])
    {
      await using _ = await takeTcp(ports[0] ?? 0)
      await sessions.supervisor.restore([records])
      const failed = await sessions.whenSession(id, 'failed', ({ state }) => state === 'failed')
      assert.is(failed.last_error?.code, 'bind_failed')
      await sessions.whenSession(
        id,
        'tried again in vain',
        ({ restarts, state }) => restarts > 1 && state === 'failed',
      )
      assert.is(failed.num_torrents, 1)
    }
    const back = await sessions.whenSession(id, 'back', ({ state }) => state === 'running')
    assert.equal([back.port, back.num_torrents], [ports[0], 1])
    await sessions.whenTorrent(id, record.infoHash, 'told by the worker', ({ state }) => state === 'stopped')
  },
)

restoring.run()
