/** Ports in a row that nobody uses, and foreign sockets that hold one. All on 127.0.0.1. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

const host = '127.0.0.1'
/** Below the ports that the system gives to those who ask for any. */
const [lowest, rows, step] = [20_000, 300, 40]

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

/** `count` ports in a row that were free a moment ago, for TCP and UDP. */
export async function freeRange(count: number): Promise<number[]> {
  for (let first = lowest + (process.pid % rows) * step; ; first += count) {
    const ports = Array.from({ length: count }, (_, at) => first + at)
    const taken = await Promise.allSettled(ports.flatMap((port) => [takeTcp(port), takeUdp(port)]))
    for (const one of taken) if (one.status === 'fulfilled') await one.value[Symbol.asyncDispose]()
    if (taken.every(({ status }) => status === 'fulfilled')) return ports
  }
}

function disposable(close: () => Promise<unknown>): AsyncDisposable {
  return {
    [Symbol.asyncDispose]: async () => {
      await close()
    },
  }
}
