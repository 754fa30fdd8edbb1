/**
 * One kept HTTP/1.1 connection that repeats one GET and drops its body, asks for others and keeps it, or sends
 * requests that are ready. It costs so little that a client on the measured machine adds hardly anything to what it
 * measures.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const receiveBytes = 256 * 1024
const endOfHead = '\r\n\r\n'

/** A connection for one request at a time. */
export class HttpConnection {
  readonly #socket: Socket
  readonly #url: URL
  #waiting: PromiseWithResolvers<undefined> | undefined
  #head = ''
  #body: string[] | undefined
  /** Bytes of the body that are to come; undefined while the head is read. */
  #left: number | undefined

  constructor(url: URL) {
    this.#url = url
    this.#socket = connect({
      host: url.hostname,
      port: Number(url.port),
      noDelay: true,
      onread: {
        buffer: Buffer.alloc(receiveBytes),
        callback: (length, buffer) => this.#take(length, buffer),
      },
    })
    this.#socket.on('error', (error) => this.#waiting?.reject(error))
    this.#socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')))
  }

  static async open(url: URL): Promise<HttpConnection> {
    const connection = new HttpConnection(url)
    await once(connection.#socket, 'connect')
    return connection
  }

  /** Settles at the last byte of the answer; rejects when it is no 200 with a Content-Length. */
  async get(): Promise<void> {
    this.#body = undefined
    await this.#ask('')
  }

  /** The body of a GET of the URL with more of a query, which begins with an `&`. */
  async read(more = ''): Promise<string> {
    this.#body = []
    await this.#ask(more)
    return this.#body.join('')
  }

  /** Sends a whole request, head and body, and drops the answer's body; rejects as `get`. */
  async send(request: Uint8Array): Promise<void> {
    this.#body = undefined
    await this.#exchange(request)
  }

  async #ask(more: string): Promise<void> {
    const { pathname, search, host } = this.#url
    await this.#exchange(`GET ${pathname}${search}${more} HTTP/1.1\r\nHost: ${host}${endOfHead}`)
  }

  async #exchange(request: string | Uint8Array): Promise<void> {
    this.#waiting = Promise.withResolvers()
    this.#socket.write(request)
    await this.#waiting.promise
  }

  close(): void {
    this.#socket.destroy()
  }

  #take(length: number, buffer: Uint8Array): boolean {
    const bytes = Buffer.from(buffer.buffer, buffer.byteOffset, length)
    if (this.#left === undefined) this.#readHead(bytes)
    else {
      this.#left -= length
      this.#body?.push(bytes.toString('latin1'))
    }
    if (this.#left === 0) {
      this.#left = undefined
      this.#head = ''
      this.#waiting?.resolve(undefined)
    }
    return true
  }

  #readHead(bytes: Buffer): void {
    const before = this.#head.length
    this.#head += bytes.toString('latin1')
    const end = this.#head.indexOf(endOfHead)
    if (end < 0) return
    const head = this.#head.slice(0, end)
    const length = /^content-length: *(\d+)/im.exec(head)?.[1]
    if (!head.startsWith('HTTP/1.1 200') || length === undefined) {
      this.#waiting?.reject(new Error(`unexpected answer: ${head}`))
      return
    }
    this.#body?.push(this.#head.slice(end + endOfHead.length))
    this.#left = Number(length) - (before + bytes.length - end - endOfHead.length)
  }
}
