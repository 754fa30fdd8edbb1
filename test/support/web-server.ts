/** A web server on loopback with the files of a torrent, that remembers what it was asked for. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** A request for some bytes of a file; `end` is after the last. */
export interface AskedRange {
  readonly path: string
  readonly start: number
  readonly end: number
}

export interface WebServer extends AsyncDisposable {
  /** Ends without a slash. */
  readonly url: string
  readonly asked: AskedRange[]
  /** Connections so far. */
  readonly connections: number
  /** Requests whose answer is under way. */
  readonly pending: number
}

/** Answers in its own way and gives true, or leaves the answer to the server. */
export type Misbehaviour = (asked: AskedRange, response: ServerResponse, request: IncomingMessage) => boolean

/** Serves files by their paths, which it decodes, in ranges; `misbehave` is asked first. */
export async function serveFiles(
  files: readonly { path: string; content: Uint8Array }[],
  misbehave: Misbehaviour = () => false,
): Promise<WebServer> {
  const asked: AskedRange[] = []
  const listener: RequestListener = (request, response) => {
    const path = decodeURIComponent((request.url ?? '').replace(/\?.*$/, '').slice(1))
    const [, start = '0', last = '0'] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    const range = { path, start: Number(start), end: Number(last) + 1 }
    asked.push(range)
    if (misbehave(range, response, request)) return
    const file = files.find((one) => one.path === path)
    if (file === undefined) response.writeHead(404).end('no such file')
    else sendRange(response, range, file.content)
  }
  return await listen(listener, asked)
}

/** Sends a range of a file as a server should. */
export function sendRange(response: ServerResponse, { start, end }: AskedRange, content: Uint8Array): void {
  const body = content.subarray(start, end)
  const range = `bytes ${start}-${start + body.length - 1}/${content.length}`
  response.writeHead(206, { 'content-range': range, 'content-length': body.length }).end(body)
}

async function listen(listener: RequestListener, asked: AskedRange[]): Promise<WebServer> {
  let connections = 0
  let pending = 0
  const sockets = new Set<Socket>()
  const server = createServer((request, response) => {
    pending += 1
    response.once('close', () => (pending -= 1))
    listener(request, response)
  })
  server.on('connection', (socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    get connections() {
      return connections
    },
    get pending() {
      return pending
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
