/**
 * One datagram socket of one address family for all UDP trackers of a session, opened by the first
 * question. It owns the questions that wait for an answer: each is repeated until its deadline, and only
 * an answer from the address asked, with the number of the question, settles it. All else is dropped.
 */
import { randomInt } from 'node:crypto'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import ipaddr from 'ipaddr.js'
import { RestTorrentError } from '../../../protocol/errors.ts'
import type { AddressLength } from './compact-peers.ts'
import type { Clock } from './clock.ts'
import { shownText } from './shown-text.ts'
import { udpAction } from './udp-packet.ts'

const firstRepeatMs = 2000
const headerLength = 8

/** Where a tracker listens; the address is literal. */
export interface UdpServer {
  readonly address: string
  readonly port: number
}

/** A message to a tracker and how its answer is read. */
export interface UdpQuestion<T> {
  /** 8 bytes. */
  readonly connectionId: Uint8Array
  readonly action: number
  readonly body: Uint8Array
  /** What an answer's body says; undefined for a malformed one, which is dropped. */
  readonly read: (body: Buffer) => T | undefined
}

interface Waiting {
  readonly server: UdpServer
  readonly action: number
  /** False for a body that cannot be read. */
  readonly answer: (body: Buffer) => boolean
  readonly fail: (error: RestTorrentError) => void
}

/** The questions and answers of one address family. */
export class UdpSocket {
  /** Bytes of an address of the family. */
  readonly addressLength: AddressLength
  readonly #clock: Clock
  readonly #waiting = new Map<number, Waiting>()
  #socket: Socket | undefined
  #refusal: RestTorrentError | undefined

  constructor(addressLength: AddressLength, clock: Clock) {
    this.addressLength = addressLength
    this.#clock = clock
  }

  /** Resolves with the answer; rejects with `fetch_failed` on a tracker's error, a failed send or no answer. */
  async ask<T>(server: UdpServer, question: UdpQuestion<T>, deadlineMs: number): Promise<T> {
    if (this.#refusal) throw this.#refusal
    const number = this.#freeNumber()
    const message = Buffer.concat([question.connectionId, word(question.action), word(number), question.body])
    const timers: (() => void)[] = []
    try {
      return await new Promise<T>((resolve, reject) => {
        const answer = (body: Buffer): boolean => {
          const value = question.read(body)
          if (value !== undefined) resolve(value)
          return value !== undefined
        }
        this.#waiting.set(number, { server, action: question.action, answer, fail: reject })
        this.#send(number, message)
        for (const at of repeatsWithin(deadlineMs)) {
          timers.push(this.#clock.after(at, () => this.#send(number, message)))
        }
        timers.push(this.#clock.after(deadlineMs, () => reject(failure('no answer'))))
      })
    } finally {
      for (const cancel of timers) cancel()
      this.#waiting.delete(number)
    }
  }

  /** Fails every question and closes the socket; what is asked later is refused. */
  close(): void {
    this.refuse(new RestTorrentError('shutting_down', 'the session is closing'))
  }

  /** The same for this reason, and until there is none any more. */
  refuse(reason: RestTorrentError | undefined): void {
    this.#refusal = reason
    if (reason) this.#drop(reason)
  }

  #freeNumber(): number {
    for (;;) {
      const number = randomInt(2 ** 32)
      if (!this.#waiting.has(number)) return number
    }
  }

  #send(number: number, message: Buffer): void {
    const waiting = this.#waiting.get(number)
    if (waiting === undefined) return
    const { address, port } = waiting.server
    this.#opened().send(message, port, address, (error) => {
      if (error) waiting.fail(failure('could not be reached', error))
    })
  }

  #opened(): Socket {
    if (this.#socket !== undefined) return this.#socket
    const socket = createSocket({
      type: this.addressLength === 4 ? 'udp4' : 'udp6',
      ipv6Only: this.addressLength === 16,
      // Every address is literal; the default would ask the system's resolver all the same.
      lookup: (address, _options, done) => done(null, address, this.addressLength === 4 ? 4 : 6),
    })
    socket.unref()
    socket.on('message', (message, from) => this.#receive(message, from))
    socket.on('error', (error) => this.#drop(failure('the socket failed', error)))
    this.#socket = socket
    return socket
  }

  #receive(message: Buffer, from: RemoteInfo): void {
    if (message.length < headerLength) return
    const waiting = this.#waiting.get(message.readUInt32BE(4))
    if (waiting === undefined || !isFrom(waiting.server, from)) return
    const action = message.readUInt32BE(0)
    const body = message.subarray(headerLength)
    if (action === udpAction.error) waiting.fail(failure(shownText(body) || 'refused without a reason'))
    else if (action === waiting.action) waiting.answer(body)
  }

  #drop(error: RestTorrentError): void {
    const socket = this.#socket
    this.#socket = undefined
    for (const { fail } of this.#waiting.values()) fail(error)
    socket?.close()
  }
}

/** The pauses double (BEP 15), from a shorter first one: the whole question has less time than its schedule. */
function repeatsWithin(deadlineMs: number): number[] {
  const repeats: number[] = []
  for (let at = firstRepeatMs, pause = at; at < deadlineMs; at += pause) {
    repeats.push(at)
    pause *= 2
  }
  return repeats
}

function isFrom(server: UdpServer, from: RemoteInfo): boolean {
  return from.port === server.port && canonical(from.address) === canonical(server.address)
}

function canonical(address: string): string {
  const [plain = ''] = address.split('%', 1)
  return ipaddr.parse(plain).toString()
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function failure(reason: string, cause?: unknown): RestTorrentError {
  return new RestTorrentError('fetch_failed', reason, { cause })
}
