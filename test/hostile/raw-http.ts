/** A server that takes HTTP requests and answers each with whatever bytes a test likes, sound or not. */
import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'

/** Writes an answer; `path` is that of the request, with its query, `request` its line and headers. */
export type RawAnswer = (socket: Socket, path: string, server: RawHttp, request: string) => void

export interface RawHttp extends AsyncDisposable {
  readonly url: string
  /** Bytes that were given to connections so far. */
  readonly sentBytes: () => number
}

const mostAhead = 1024 * 1024

/** Starts it on a port of 127.0.0.1. */
export async function serveRaw(answer: RawAnswer): Promise<RawHttp> {
  const sockets = new Set<Socket>()
  let gone = 0
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined) // its end is seen by who asked
    socket.once('close', () => {
      sockets.delete(socket)
      gone += socket.bytesWritten
    })
    let request = ''
    socket.on('data', (bytes: Buffer) => {
      request += bytes.toString('latin1')
      const [, path] = /^GET (\S+) HTTP\/1\.1\r\n[^]*\r\n\r\n$/.exec(request) ?? []
      if (path === undefined) return
      const asked = request
      request = ''
      answer(socket, path, raw, asked)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const raw: RawHttp = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/announce`,
    sentBytes: () => [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, gone),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await once(server.close(), 'close')
    },
  }
  return raw
}

/** A whole answer; the length of the body is said unless the headers say something of it. */
export function httpAnswer(
  status: string,
  headers: Readonly<Record<string, string | number>>,
  body: Uint8Array | string = '',
): Buffer {
  const bytes = Buffer.from(body)
  const lines = Object.entries({ 'Content-Length': bytes.length, ...headers })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.concat([Buffer.from(`HTTP/1.1 ${status}\r\n${head}\r\n`, 'latin1'), bytes])
}

/** Writes the same bytes again and again, as fast as the other side takes them. */
export function writeForEver(socket: Socket, bytes: Uint8Array): void {
  const more = (): void => {
    while (!socket.destroyed && socket.writableLength < mostAhead) socket.write(bytes)
  }
  socket.on('drain', more)
  more()
}

/** Writes one byte, or a few, every 100 ms. */
export function drip(socket: Socket, bytes: Uint8Array | string = 'x'): void {
  const timer = setInterval(() => socket.write(bytes), 100)
  socket.once('close', () => clearInterval(timer))
}

/** A part of a body in chunks. */
export function chunk(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}

/** Sends whoever asks to another URL. */
export function redirect(location: string): Buffer {
  return httpAnswer('302 Found', { Location: location })
}
