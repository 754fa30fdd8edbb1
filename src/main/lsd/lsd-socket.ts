/**
 * The one socket of LSD: hears the group on every network of ours and speaks on each of them. Whatever
 * fails is logged once and tried again later; nothing of it ends anything.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import type { Log } from '../log.ts'
import type { LocalNetwork } from './local-networks.ts'
import { longestDatagram, lsdGroup, lsdPort } from './lsd-message.ts'
import { RateLimit } from './rate-limit.ts'

const retryMs = 60_000
/** How often it is looked whether interfaces came or went. */
const joinEveryMs = 30_000
const mostDatagrams = 100
const mostOfOneAddress = 10

export interface LsdSocketOptions {
  /** The port of BEP 14 without it. */
  readonly port?: number
  readonly networks: () => LocalNetwork[]
  /** A datagram from one of our networks, within the limits of size and rate. */
  readonly onDatagram: (bytes: Uint8Array, address: string) => void
  readonly log: Log
}

export class LsdSocket {
  readonly #options: LsdSocketOptions
  readonly #port: number
  readonly #limit = new RateLimit(mostDatagrams, mostOfOneAddress)
  readonly #logged = new Set<string>()
  #socket: Socket | undefined
  #networks: LocalNetwork[] = []
  #joined = new Set<string>()
  #joinAt = 0
  #retryAt = 0
  #isListening = false
  #isSending = false

  constructor(options: LsdSocketOptions) {
    this.#options = options
    this.#port = options.port ?? lsdPort
  }

  /** Whether a datagram that is sent now goes anywhere. */
  get isReady(): boolean {
    return this.#isListening && !this.#isSending && this.#joined.size > 0
  }

  /** Opens it where it is not open, and joins the group on networks that are new. To be called now and then. */
  keepOpen(now: number): void {
    if (this.#socket === undefined && now >= this.#retryAt) this.#open(now)
    else if (this.#isListening && now >= this.#joinAt) this.#join(now)
  }

  /** Closes it; settles when its port is free. */
  async close(): Promise<void> {
    const socket = this.#socket
    if (socket === undefined) return
    this.#forget()
    await new Promise<void>((resolve) => socket.close(() => resolve()))
  }

  /** Sends a datagram to the group on every network, one after the other. Never rejects. */
  async send(bytes: Uint8Array): Promise<void> {
    const socket = this.#socket
    if (socket === undefined || !this.isReady) return
    this.#isSending = true
    for (const address of this.#joined) {
      const error = await sendOn(socket, address, this.#port, bytes)
      if (socket !== this.#socket) return // it was closed meanwhile
      if (error !== undefined) this.#note('lsd cannot announce', error)
    }
    this.#isSending = false
  }

  #open(now: number): void {
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    this.#socket = socket
    socket.on('message', (bytes, from) => this.#take(bytes, from))
    socket.on('error', (error) => {
      this.#note('lsd socket', error)
      if (socket !== this.#socket) return
      this.#retryAt = Date.now() + retryMs
      void this.close()
    })
    socket.bind(this.#port, () => {
      if (socket !== this.#socket) return // it was closed meanwhile
      this.#isListening = true
      this.#join(now)
    })
  }

  #forget(): void {
    this.#socket = undefined
    this.#joined = new Set()
    this.#isListening = false
    this.#isSending = false
  }

  #join(now: number): void {
    this.#joinAt = now + joinEveryMs
    this.#networks = this.#options.networks()
    const before = this.#joined
    // what left with its interface is joined anew if that comes back
    this.#joined = new Set()
    for (const { address } of this.#networks) {
      try {
        if (!before.has(address)) this.#socket?.addMembership(lsdGroup, address)
        this.#joined.add(address)
      } catch (error) {
        this.#note(`lsd cannot join on ${address}`, error)
      }
    }
  }

  #take(bytes: Uint8Array, { address }: RemoteInfo): void {
    try {
      if (bytes.length > longestDatagram) return
      if (!this.#networks.some((network) => network.contains(address))) return
      if (this.#limit.takes(address, Date.now())) this.#options.onDatagram(bytes, address)
    } catch (error) {
      this.#note('lsd datagram', error)
    }
  }

  /** Every fault once: a network that is down would fill the log. */
  #note(what: string, error: unknown): void {
    const message = `${what}: ${error instanceof Error ? error.message : 'unknown'}`
    if (this.#logged.has(message)) return
    this.#logged.add(message)
    this.#options.log.warn({ stack: error instanceof Error ? error.stack : undefined }, message)
  }
}

/** Sends on the network of one of our addresses; gives what failed. */
async function sendOn(socket: Socket, address: string, port: number, bytes: Uint8Array): Promise<unknown> {
  return await new Promise<unknown>((resolve) => {
    try {
      socket.setMulticastInterface(address)
      socket.send(bytes, port, lsdGroup, (error) => resolve(error ?? undefined))
    } catch (error) {
      resolve(error)
    }
  })
}
