/** Binds the first free port of a list: TCP, and where asked UDP, on the same number. */
import { createSocket, type Socket, type SocketOptions } from 'node:dgram'
import { lookup } from 'node:dns'
import { once } from 'node:events'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { RestTorrentError } from '../../protocol/errors.ts'

export interface Bound {
  readonly port: number
  readonly tcp: Server
  /** One for each family of addresses; none where the port is for TCP alone. */
  readonly udp: readonly Socket[]
}

const reasons: Record<string, string> = {
  EADDRINUSE: 'address already in use',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'address not available',
}

/** Rejects with `bind_failed` when no port of the list is free; the reason is that of the last one. */
export async function bindFirstFree(
  ports: readonly number[],
  host: string,
  withUdp: boolean,
): Promise<Bound> {
  let last: unknown
  for (const port of ports) {
    try {
      return await bindBoth(port, host, withUdp)
    } catch (error) {
      last = error
    }
  }
  const code = (last as NodeJS.ErrnoException | undefined)?.code ?? 'EADDRINUSE'
  throw new RestTorrentError('bind_failed', `bind failed ${reasons[code] ?? code}`, { cause: last })
}

/**
 * UDP comes first: a number that is held only for the moment is then one whose TCP side is taken anyway, so
 * that no session that is being created beside this one misses a port that is free.
 */
async function bindBoth(port: number, host: string, withUdp: boolean): Promise<Bound> {
  const udp = withUdp ? await bindUdp(port, host) : []
  try {
    return { port, tcp: await listen(port, host), udp }
  } catch (error) {
    for (const socket of udp) socket.close()
    throw error
  }
}

/** All addresses of both families where the system has IPv6, else of IPv4. */
async function listen(port: number, host: string): Promise<Server> {
  if (host !== '') return await listenOn(port, host)
  const both = await listenOn(port)
  if ((both.address() as AddressInfo).family === 'IPv6') return both
  both.close()
  try {
    return await listenOn(port, '::')
  } catch (error) {
    if (!isWithoutVersion6(error)) throw error
    return await listenOn(port, '0.0.0.0')
  }
}

async function listenOn(port: number, host?: string): Promise<Server> {
  const server = createServer((socket) => socket.destroy()) // until the engine takes over
  server.listen({ port, ...(host !== undefined && { host }), exclusive: true })
  await once(server, 'listening')
  return server
}

/** All addresses of IPv4 and, where the system has it, of IPv6 by a socket each: the DHT speaks to them apart. */
async function bindUdp(port: number, host: string): Promise<Socket[]> {
  if (host !== '') return [await bindOne(port, host)]
  const all = [await bindOne(port, '0.0.0.0')]
  try {
    return [...all, await bindOne(port, '::')]
  } catch (error) {
    if (isWithoutVersion6(error)) return all
    for (const socket of all) socket.close()
    throw error
  }
}

async function bindOne(port: number, address: string): Promise<Socket> {
  const isVersion6 = address.includes(':')
  const socket = createSocket({
    type: isVersion6 ? 'udp6' : 'udp4',
    ipv6Only: isVersion6,
    lookup: lookUpBut(address),
  })
  try {
    socket.bind({ port, address, exclusive: true })
    await once(socket, 'listening')
    return socket
  } catch (error) {
    socket.close()
    throw error
  }
}

/** Names are looked up as ever, but for an address whose form need not be proved: Node's pattern for that takes 6 ms of a thread. */
function lookUpBut(address: string): NonNullable<SocketOptions['lookup']> {
  return (name, options, done) => {
    if (name === address) process.nextTick(done, null, address, address.includes(':') ? 6 : 4)
    else lookup(name, options, done)
  }
}

function isWithoutVersion6(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL'
}
