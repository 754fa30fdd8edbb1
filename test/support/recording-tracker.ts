/** Trackers over HTTP and UDP that answer as a test says and remember every parameter that they were sent. */
import { randomBytes } from 'node:crypto'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { encodeBencode, type EncodableDictionary } from '../../src/protocol/bencode-encode.ts'

const running = new Set<{ stop(): Promise<void> }>()

/** Stops every tracker that a test started. */
export async function stopTrackers(): Promise<void> {
  await Promise.all([...running].map((tracker) => tracker.stop()))
}

/** A request as it came: each character of a parameter stands for one byte. */
export interface RecordedRequest {
  readonly path: string
  readonly parameters: ReadonlyMap<string, string>
  readonly headers: IncomingMessage['headers']
}

/** What an HTTP tracker answers: a dictionary, these very bytes, or whatever a function writes. */
export type HttpAnswer = EncodableDictionary | Uint8Array | ((response: ServerResponse) => void)

/** A tracker over HTTP. */
export class RecordingHttpTracker {
  readonly announces: RecordedRequest[] = []
  readonly scrapes: RecordedRequest[] = []
  /** How each announce is answered. */
  answer: (request: RecordedRequest) => HttpAnswer = () => ({ interval: 1800, peers: '' })
  scrapeAnswer: (request: RecordedRequest) => HttpAnswer = () => ({ files: {} })
  readonly #server: Server

  constructor() {
    this.#server = createServer((request, response) => this.#serve(request, response))
  }

  static async start(host = '127.0.0.1'): Promise<RecordingHttpTracker> {
    const tracker = new RecordingHttpTracker()
    running.add(tracker)
    tracker.#server.listen(0, host)
    await once(tracker.#server, 'listening')
    return tracker
  }

  get url(): string {
    const { address, port } = this.#server.address() as AddressInfo
    return `http://${address}:${port}/announce`
  }

  /** The events in the order in which they came, `none` for a plain announce. */
  events(): string[] {
    return this.announces.map(({ parameters }) => parameters.get('event') ?? 'none')
  }

  async stop(): Promise<void> {
    if (!running.delete(this)) return
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const recorded = record(request)
    const isScrape = recorded.path.startsWith('/scrape')
    ;(isScrape ? this.scrapes : this.announces).push(recorded)
    const answer = isScrape ? this.scrapeAnswer(recorded) : this.answer(recorded)
    if (typeof answer === 'function') return answer(response)
    response.setHeader('connection', 'close')
    response.end(answer instanceof Uint8Array ? answer : encodeBencode(answer))
  }
}

/** An announce as BEP 15 lays it out, bytes as hex. */
export interface RecordedDatagram {
  readonly infoHash: string
  readonly peerId: string
  readonly downloaded: number
  readonly left: number
  readonly uploaded: number
  readonly event: number
  readonly ip: number
  readonly key: number
  readonly numWant: number
  readonly port: number
  /** What the options of BEP 41 carry. */
  readonly urlData: string
}

/** A peer's datagram, and how to send one back. */
export interface Reply {
  readonly from: RemoteInfo
  readonly action: number
  readonly transactionId: number
  send(action: number, transactionId: number, body: Uint8Array): void
}

/** A tracker over UDP. */
export class RecordingUdpTracker {
  readonly announces: RecordedDatagram[] = []
  readonly scrapes: string[] = []
  datagrams = 0
  connects = 0
  /** How each announce and scrape is answered; bodies come after the header of 8 bytes. */
  answer: (reply: Reply) => void = (reply) =>
    reply.send(reply.action, reply.transactionId, udpAnnounceBody(1800))
  connectAnswer: (reply: Reply) => void = (reply) => reply.send(0, reply.transactionId, this.#newId())
  readonly #socket: Socket
  readonly #ids = new Set<string>()

  constructor(family: 'udp4' | 'udp6') {
    this.#socket = createSocket(family)
    this.#socket.on('message', (message, from) => this.#receive(message, from))
  }

  static async start(host: '127.0.0.1' | '::1' = '127.0.0.1'): Promise<RecordingUdpTracker> {
    const tracker = new RecordingUdpTracker(host === '::1' ? 'udp6' : 'udp4')
    running.add(tracker)
    tracker.#socket.bind(0, host)
    await once(tracker.#socket, 'listening')
    return tracker
  }

  get port(): number {
    return this.#socket.address().port
  }

  get url(): string {
    const { address } = this.#socket.address()
    return `udp://${address.includes(':') ? `[${address}]` : address}:${this.port}/announce`
  }

  /** Forgets every connection id, as a tracker that was started anew. */
  restart(): void {
    this.#ids.clear()
  }

  async stop(): Promise<void> {
    if (!running.delete(this)) return
    this.#socket.close()
    await once(this.#socket, 'close')
  }

  #newId(): Uint8Array {
    const id = randomBytes(8)
    this.#ids.add(id.toString('hex'))
    return id
  }

  #receive(message: Buffer, from: RemoteInfo): void {
    this.datagrams += 1
    const action = message.readUInt32BE(8)
    const transactionId = message.readUInt32BE(12)
    const send = (answered: number, id: number, body: Uint8Array): void => {
      const head = Buffer.alloc(8)
      head.writeUInt32BE(answered, 0)
      head.writeUInt32BE(id, 4)
      if (running.has(this)) this.#socket.send(Buffer.concat([head, body]), from.port, from.address)
    }
    const reply = { from, action, transactionId, send }
    const id = message.subarray(0, 8).toString('hex')
    if (action === 0) {
      this.connects += 1
      if (id === '0000041727101980' && message.length === 16) this.connectAnswer(reply)
      return
    }
    if (!this.#ids.has(id)) return send(3, transactionId, Buffer.from('connection id unknown'))
    if (action === 1) this.announces.push(readAnnounce(message))
    else this.scrapes.push(message.subarray(16).toString('hex'))
    this.answer(reply)
  }
}

/** The body of the answer to a UDP announce. */
export function udpAnnounceBody(intervalSeconds: number, peers: Uint8Array = new Uint8Array()): Uint8Array {
  const head = Buffer.alloc(12)
  head.writeUInt32BE(intervalSeconds, 0)
  head.writeUInt32BE(3, 4)
  head.writeUInt32BE(5, 8)
  return Buffer.concat([head, peers])
}

function record(request: IncomingMessage): RecordedRequest {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2)
  const pairs = query.split('&').map((pair) => pair.split('=', 2))
  return {
    path,
    parameters: new Map(pairs.map(([name = '', value = '']) => [name, unescapeBytes(value)])),
    headers: request.headers,
  }
}

function unescapeBytes(text: string): string {
  return text.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
}

function readAnnounce(message: Buffer): RecordedDatagram {
  return {
    infoHash: message.subarray(16, 36).toString('hex'),
    peerId: message.subarray(36, 56).toString('hex'),
    downloaded: Number(message.readBigUInt64BE(56)),
    left: Number(message.readBigUInt64BE(64)),
    uploaded: Number(message.readBigUInt64BE(72)),
    event: message.readUInt32BE(80),
    ip: message.readUInt32BE(84),
    key: message.readUInt32BE(88),
    numWant: message.readInt32BE(92),
    port: message.readUInt16BE(96),
    urlData: readUrlData(message.subarray(98)),
  }
}

function readUrlData(options: Buffer): string {
  let text = ''
  for (let at = 0; options[at] === 2; at += 2 + (options[at + 1] ?? 0)) {
    text += options.subarray(at + 2, at + 2 + (options[at + 1] ?? 0)).toString()
  }
  return text
}
