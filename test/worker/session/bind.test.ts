import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import * as assert from 'uvu/assert'
import { RestTorrentError } from '../../../src/protocol/errors.ts'
import { bindFirstFree, type Bound } from '../../../src/worker/session/bind.ts'
import { freePort, freeRange, takeTcp, takeUdp } from '../../support/ports.ts'
import { suite } from '../../support/suite.ts'

const host = '127.0.0.1'
const binding = suite('src/worker/session/bind')

async function release({ tcp, udp }: Bound): Promise<void> {
  await Promise.all([tcp, ...udp].map((socket) => once(socket.close(), 'close')))
}

binding('the first free port of the list is bound, in its order', async () => {
  const [taken, free, other] = [await freePort(), await freePort(), await freePort()]
  await using _ = await takeTcp(taken)
  const bound = await bindFirstFree([taken, free, other], host, true)
  assert.is(bound.port, free)
  assert.equal(bound.udp.map((socket) => socket.address().port), [free]) // prettier-ignore
  await release(bound)
})

binding('all addresses are those of both families, with a UDP socket for each', async () => {
  const port = await freePort()
  const bound = await bindFirstFree([port], '', true)
  assert.equal(
    bound.udp.map((socket) => socket.address()),
    [
      { address: '0.0.0.0', family: 'IPv4', port },
      { address: '::', family: 'IPv6', port },
    ],
  )
  await release(bound)
})

binding('a port of which another has the side of IPv6 is passed over', async () => {
  const [half, free] = [await freePort(), await freePort()]
  const other = createServer().listen({ port: half, host: '::', ipv6Only: true })
  await once(other, 'listening')
  try {
    const bound = await bindFirstFree([half, free], '', false)
    assert.is(bound.port, free)
    assert.is((bound.tcp.address() as AddressInfo).family, 'IPv6')
    await release(bound)
  } finally {
    await once(other.close(), 'close')
  }
})

binding('a port whose UDP side is taken is passed over with the DHT and used without', async () => {
  const [half, free] = [await freePort(), await freePort()]
  await using _ = await takeUdp(half)
  const withDht = await bindFirstFree([half, free], host, true)
  assert.is(withDht.port, free)
  const without = await bindFirstFree([half], host, false)
  assert.is(without.port, half)
  assert.equal(without.udp, [])
  await Promise.all([release(withDht), release(without)])
})

binding('where no port is free it is bind_failed, and nothing stays bound', async () => {
  const [tcp, udp] = [await freePort(), await freePort()]
  {
    await using _tcp = await takeTcp(tcp)
    await using _udp = await takeUdp(udp)
    try {
      await bindFirstFree([tcp, udp], host, true)
      assert.unreachable('both are taken')
    } catch (error) {
      if (!(error instanceof RestTorrentError)) throw error
      assert.is(error.code, 'bind_failed')
      assert.is(error.message, 'bind failed address already in use')
    }
    await (await takeTcp(udp))[Symbol.asyncDispose]()
    await (await takeUdp(tcp))[Symbol.asyncDispose]()
  }
})

binding('an address that is not of this machine is told as such', async () => {
  try {
    await bindFirstFree([await freePort()], '192.0.2.1', false)
    assert.unreachable('it is reserved for documentation')
  } catch (error) {
    assert.match((error as Error).message, 'bind failed address not available')
  }
})

binding('twenty at the same moment get twenty ports of a range of twenty', async () => {
  const ports = await freeRange(20)
  const all = await Promise.all(ports.map((_, at) => bindFirstFree(ports, host, at % 2 === 0)))
  assert.equal(all.map(({ port }) => port).sort(), ports)
  await Promise.all(all.map(release))
})

binding.run()
