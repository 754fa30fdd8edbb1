/**
 * Sends what a wire says in one turn of the loop in as few writes as there can be, from memory that is used
 * again. While the kernel takes nothing, what is said is put together further.
 */
import type { Socket } from 'node:net'
import { largeBuffers } from '../../lent-buffers.ts'

/** So little is not worth a large buffer: with each piece all peers are told a few bytes. */
const little = 4 * 1024

/** Who hears of it. */
export interface OutboxEvents {
  /** So many bytes were given to the socket. */
  readonly onSent: (bytes: number) => void
  /** The kernel took some of what waited. */
  readonly onRoom: () => void
}

export class Outbox {
  readonly #socket: Socket
  readonly #events: OutboxEvents
  /** What was said as long as it is little, and the buffer for what is more. */
  #parts: Uint8Array[] = []
  #buffer: Uint8Array | undefined
  #filled = 0
  #isDue = false

  constructor(socket: Socket, events: OutboxEvents) {
    this.#socket = socket
    this.#events = events
  }

  /** Bytes that the kernel has not taken. */
  get unsent(): number {
    return this.#socket.writableLength + this.#filled
  }

  /** Takes a copy of the bytes. */
  add(bytes: Uint8Array): void {
    if (this.#socket.destroyed) return
    if (!this.#isDue) this.#flushSoon()
    if (this.#buffer === undefined && this.#filled + bytes.length <= little) {
      this.#parts.push(Buffer.from(bytes))
      this.#filled += bytes.length
    } else this.#fill(bytes)
  }

  #fill(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      const buffer = this.#buffer ?? this.#open()
      const room = buffer.length - this.#filled
      const part = at === 0 && bytes.length <= room ? bytes : bytes.subarray(at, at + room)
      buffer.set(part, this.#filled)
      at += part.length
      this.#filled += part.length
      if (this.#filled === buffer.length) this.#send()
    }
  }

  #open(): Uint8Array {
    const buffer = largeBuffers.take()
    let at = 0
    for (const part of this.#parts) {
      buffer.set(part, at)
      at += part.length
    }
    this.#parts = []
    return (this.#buffer = buffer)
  }

  #flushSoon(): void {
    this.#isDue = true
    setImmediate(() => {
      this.#isDue = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#socket.destroyed) this.#drop()
    else if (this.#filled > 0 && this.#socket.writableLength === 0) this.#send()
  }

  #send(): void {
    const [buffer, parts, length] = [this.#buffer, this.#parts, this.#filled]
    this.#buffer = undefined
    this.#parts = []
    this.#filled = 0
    this.#socket.write(buffer?.subarray(0, length) ?? Buffer.concat(parts), () => {
      if (buffer) largeBuffers.giveBack(buffer)
      if (!this.#isDue) this.#flush()
      if (!this.#socket.destroyed) this.#events.onRoom()
    })
    this.#events.onSent(length)
  }

  #drop(): void {
    if (this.#buffer) largeBuffers.giveBack(this.#buffer)
    this.#buffer = undefined
    this.#parts = []
    this.#filled = 0
  }
}
