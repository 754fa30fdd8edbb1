import * as assert from 'uvu/assert'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { UdpConnections } from '../../../src/worker/session/trackers/udp-connections.ts'
import { suite } from '../../support/suite.ts'
import { ManualClock } from './manual-clock.ts'

const test = suite('worker/session/trackers/udp-connections')
const end = new RestTorrentError('shutting_down', 'the session is closing')
const question = { action: 1, body: new Uint8Array(), read: () => undefined }
const port = (number: number) => ({ address: '127.0.0.1', port: 1 + number })

test('twenty sockets stay while nothing is asked over them, those used last', () => {
  const connections = new UdpConnections(new ManualClock())
  const made = Array.from({ length: 22 }, (_, number) => connections.to(port(number)))
  assert.is(connections.to(port(1)), made[1])
  connections.to(port(22))
  assert.equal(
    made.flatMap(({ socket }, number) => (socket.isClosed ? [number] : [])),
    [0, 2],
  )
  connections.refuse(end)
})

test('a socket that is asked over stays', async () => {
  const connections = new UdpConnections(new ManualClock())
  const asked = connections.to(port(0))
  const answer = asked.ask(question, Infinity).catch((error: unknown) => error)
  for (let number = 1; number < 30; number += 1) connections.to(port(number))
  assert.not(asked.socket.isClosed)
  connections.refuse(end)
  assert.is(await answer, end)
})

test('a closed socket is replaced, a refusal ends all and is thrown until it is taken back', () => {
  const connections = new UdpConnections(new ManualClock())
  const first = connections.to(port(0))
  first.socket.close()
  const second = connections.to(port(0))
  assert.is.not(second, first)
  assert.is(connections.to(port(0)), second)
  connections.refuse(end)
  assert.ok(second.socket.isClosed)
  assert.throws(
    () => connections.to(port(0)),
    (error: unknown) => error === end,
  )
  connections.refuse(undefined)
  assert.not(connections.to(port(0)).socket.isClosed)
  connections.refuse(end)
})

test.run()
