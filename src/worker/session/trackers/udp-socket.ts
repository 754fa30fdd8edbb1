/**
 * One datagram socket to one UDP tracker, from the first question to the moment that nothing is asked for a
 * while. It is connected: the kernel keeps out what comes from anywhere else, and what one tracker floods is
 * lost to that one alone. It owns the questions that wait for an answer: each is repeated until its deadline,
 * and only an answer with the number of the question settles it. All else is dropped.
 */
import { randomInt } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import { RestTorrentError } from '../../../protocol/errors.ts'
import type { Clock } from './clock.ts'
import type { AddressLength } from './compact-peers.ts'
import { shownText } from './shown-text.ts'
import { udpAction } from './udp-packet.ts'

const firstRepeatMs = 2000
const headerLength = 8
/** How long a socket stays that nothing is asked over; longer than ids of connections hold. */
const idleMs = 60_000

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
  readonly read: (body: Buffer, addressLength: AddressLength) => T | undefined
}

interface Waiting {
  readonly message: Buffer
  readonly action: number
  /** Settles it, but for a body that cannot be read. */
  readonly answer: (body: Buffer) => void
  readonly fail: (error: RestTorrentError) => void
}

/** The questions and answers of one tracker; once it is closed it stays so. */
export class UdpSocket {
  readonly #addressLength: AddressLength
  readonly #clock: Clock
  readonly #socket: Socket
  readonly #waiting = new Map<number, Waiting>()
  #isConnected = false
  #end: RestTorrentError | undefined
  #cancelIdle = (): void => undefined

  constructor({ address, port }: UdpServer, clock: Clock) {
    this.#addressLength = isIPv6(address) ? 16 : 4
    this.#clock = clock
    const family = isIPv6(address) ? 6 : 4
    this.#socket = createSocket({
      type: `udp${family}`,
      // The address is literal; the default would ask the system's resolver all the same.
      lookup: (literal, _options, done) => done(null, literal, family),
    })
    this.#socket.unref()
    this.#socket.on('message', (message) => this.#receive(message))
    this.#socket.on('error', (error) => this.close(failure('could not be reached', error)))
    this.#socket.on('connect', () => this.#connected())
    this.#socket.connect(port, address)
  }

  get isClosed(): boolean {
    return this.#end !== undefined
  }

  /** Nobody waits for an answer. */
  get isIdle(): boolean {
    return this.#waiting.size === 0
  }

  /** Resolves with the answer; rejects with `fetch_failed` on a tracker's error, a failed send or no answer. */
  async ask<T>(question: UdpQuestion<T>, deadlineMs: number): Promise<T> {
    if (this.#end) throw this.#end
    this.#cancelIdle()
    const number = this.#freeNumber()
    const { connectionId, action, body, read } = question
    const message = Buffer.concat([connectionId, word(action), word(number), body])
    const timers: (() => void)[] = []
    try {
      return await new Promise<T>((resolve, reject) => {
        const answer = (bytes: Buffer): void => {
          const value = read(bytes, this.#addressLength)
          if (value !== undefined) resolve(value)
        }
        this.#waiting.set(number, { message, action, answer, fail: reject })
        this.#send(number)
        for (const at of repeatsWithin(deadlineMs)) {
          timers.push(this.#clock.after(at, () => this.#send(number)))
        }
        timers.push(this.#clock.after(deadlineMs, () => reject(failure('no answer'))))
      })
    } finally {
      for (const cancel of timers) cancel()
      this.#waiting.delete(number)
      if (this.isIdle) this.#rest()
    }
  }

  /** Fails every question and closes the socket; what is asked later fails with the same reason. */
  close(reason = failure('nothing is asked')): void {
    if (this.#end) return
    this.#end = reason
    this.#cancelIdle()
    for (const { fail } of this.#waiting.values()) fail(reason)
    this.#socket.close()
  }

  #rest(): void {
    this.#cancelIdle()
    if (!this.#end) this.#cancelIdle = this.#clock.after(idleMs, () => this.close())
  }

  #freeNumber(): number {
    for (;;) {
      const number = randomInt(2 ** 32)
      if (!this.#waiting.has(number)) return number
    }
  }

  #connected(): void {
    this.#isConnected = true
    for (const number of this.#waiting.keys()) this.#send(number)
  }

  #send(number: number): void {
    const waiting = this.#waiting.get(number)
    if (waiting === undefined || !this.#isConnected || this.#end) return
    this.#socket.send(waiting.message, (error) => {
      if (error) waiting.fail(failure('could not be reached', error))
    })
  }

  #receive(message: Buffer): void {
    // What comes unasked may not end: a late repetition costs no more than another socket.
    if (this.isIdle) return this.close()
    if (message.length < headerLength) return
    const waiting = this.#waiting.get(message.readUInt32BE(4))
    if (waiting === undefined) return
    const action = message.readUInt32BE(0)
    const body = message.subarray(headerLength)
    if (action === udpAction.error) waiting.fail(failure(shownText(body) || 'refused without a reason'))
    else if (action === waiting.action) waiting.answer(body)
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

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

function failure(reason: string, cause?: unknown): RestTorrentError {
  return new RestTorrentError('fetch_failed', reason, { cause })
}
