/** Proxies over HTTP (CONNECT) and SOCKS5 on 127.0.0.1 that know every name as 127.0.0.1, and note who was asked for. */
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

const running = new Set<TestProxy>()

/** Stops every proxy that a test started. */
export async function stopProxies(): Promise<void> {
  await Promise.all([...running].map((proxy) => proxy.stop()))
}

export interface TestProxy {
  /** `host:port`. */
  readonly address: string
  /** Connections from the start on. */
  readonly connections: number
  /** Connections that are open. */
  readonly open: number
  /** What was asked for, `host:port`, in the order in which it came. */
  readonly targets: readonly string[]
  readonly stop: () => Promise<void>
}

/** A proxy by CONNECT, which answers this status. */
export async function startHttpProxy(status = 200): Promise<TestProxy> {
  const server = createHttpServer()
  const targets: string[] = []
  server.on('connect', ({ url = '' }, near: Duplex) => {
    targets.push(url)
    near.write(`HTTP/1.1 ${status} Said\r\n\r\n`)
    if (status === 200) join(near, url)
    else near.end()
  })
  return await listen(server, targets)
}

/** A SOCKS5 proxy, for whoever knows these credentials, `user:password`; empty: for everybody. */
export async function startSocksProxy(credentials = ''): Promise<TestProxy> {
  const targets: string[] = []
  const server = createServer((near) => {
    void serve(near, credentials, targets).catch(() => near.destroy())
  })
  return await listen(server, targets)
}

async function serve(near: Socket, credentials: string, targets: string[]): Promise<void> {
  const [, count = 0] = await take(near, 2)
  const offered = await take(near, count)
  const method = credentials === '' ? 0 : 2
  if (!offered.includes(method)) return void near.end(Uint8Array.of(5, 255))
  near.write(Uint8Array.of(5, method))
  if (method === 2) {
    await take(near, 1)
    const said = `${(await counted(near)).toString()}:${(await counted(near)).toString()}`
    near.write(Uint8Array.of(1, said === credentials ? 0 : 1))
    if (said !== credentials) return void near.end()
  }
  const [, , , type] = await take(near, 4)
  const host = await hostOf(near, type)
  const target = `${host}:${(await take(near, 2)).readUInt16BE()}`
  targets.push(target)
  near.write(Uint8Array.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0))
  join(near, target)
}

async function hostOf(near: Socket, type: number | undefined): Promise<string> {
  if (type === 3) return (await counted(near)).toString()
  if (type === 1) return (await take(near, 4)).join('.')
  return `[${(await take(near, 16)).toString('hex')}]`
}

async function counted(near: Socket): Promise<Buffer> {
  const [length = 0] = await take(near, 1)
  return await take(near, length)
}

async function take(near: Socket, length: number): Promise<Buffer> {
  for (;;) {
    const bytes: unknown = near.read(length)
    if (bytes instanceof Buffer && bytes.length === length) return bytes
    if (near.readableEnded) throw new Error('ended early')
    await Promise.race([once(near, 'readable'), once(near, 'close')])
  }
}

function join(near: Duplex, target: string): void {
  const far = connect(Number(target.slice(target.lastIndexOf(':') + 1)), '127.0.0.1')
  for (const socket of [near, far]) {
    socket.on('error', () => undefined)
    socket.once('close', () => [near, far].forEach((one) => one.destroy()))
  }
  near.pipe(far)
  far.pipe(near)
}

async function listen(server: Server, targets: readonly string[]): Promise<TestProxy> {
  const sockets = new Set<Socket>()
  const state = { connections: 0 }
  server.on('connection', (socket: Socket) => {
    state.connections += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const proxy: TestProxy = {
    address: `127.0.0.1:${port}`,
    get connections() {
      return state.connections
    },
    get open() {
      return sockets.size
    },
    targets,
    stop: async () => {
      if (!running.delete(proxy)) return
      for (const socket of sockets) socket.destroy()
      await once(server.close(), 'close')
    },
  }
  running.add(proxy)
  return proxy
}
