/** Ports in a row that nobody uses, and foreign sockets that hold one. All on 127.0.0.1. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

const host = '127.0.0.1'
/**
 * Rows of ports below those that the system gives to whoever asks for any. A process that tests has its rows for
 * itself: it listens on the first port of each, so that no other test takes a port while a server of its own is
 * between two lives. Sessions may try some ports past the last one that is given.
 */
const [lowest, rows, rowPorts, givenPorts] = [20_000, 150, 80, 58]
let [nextRow, nextPort, rowEnd] = [process.pid % rows, 0, 0]

/** Holds the TCP port until it is disposed of; rejects with Node's error where it is taken. */
export async function takeTcp(port: number): Promise<AsyncDisposable> {
  const server = createServer().listen({ port, host })
  await once(server, 'listening')
  return disposable(() => once(server.close(), 'close'))
}

/** Holds the UDP port until it is disposed of; rejects with Node's error where it is taken. */
export async function takeUdp(port: number): Promise<AsyncDisposable> {
  const socket = createSocket('udp4')
  try {
    socket.bind(port, host)
    await once(socket, 'listening')
  } catch (error) {
    socket.close()
    throw error
  }
  return disposable(() => once(socket.close(), 'close'))
}

/** A port as of `freeRange`. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freeRange(1)
  return port
}

/** `count` ports in a row, of at most 50, that were free a moment ago, for TCP and UDP, and were not given before. */
export async function freeRange(count: number): Promise<number[]> {
  for (;;) {
    if (nextPort + count > rowEnd) await claimRow()
    const ports = Array.from({ length: count }, (_, at) => nextPort + at)
    nextPort += count
    const taken = await Promise.allSettled(ports.flatMap((port) => [takeTcp(port), takeUdp(port)]))
    for (const one of taken) if (one.status === 'fulfilled') await one.value[Symbol.asyncDispose]()
    if (taken.every(({ status }) => status === 'fulfilled')) return ports
  }
}

/** Takes a row that nobody has until this process ends. */
async function claimRow(): Promise<void> {
  for (;;) {
    const first = lowest + (nextRow++ % rows) * rowPorts
    const holder = createServer().listen({ port: first, host })
    const isOurs = await once(holder, 'listening').then(
      () => true,
      () => false,
    )
    if (!isOurs) continue
    holder.unref()
    ;[nextPort, rowEnd] = [first + 1, first + 1 + givenPorts]
    return
  }
}

function disposable(close: () => Promise<unknown>): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      await close()
    },
  }
}
