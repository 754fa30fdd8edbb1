/** Sends what a wire says in one turn of the loop in as few writes as there can be, from memory that is used again. */
import type { Socket } from 'node:net'
import { blockBuffers, largeBuffers } from '../../lent-buffers.ts'

/** Bytes that the kernel has not taken, above which the wire should keep what it has to say; one more block fits. */
const mostUnsent = largeBuffers.length - 32 * 1024
/** So little is not worth a large buffer: with each piece all peers are told a few bytes. */
const little = 4 * 1024

export class Outbox {
  readonly #socket: Socket
  readonly #onSent: (bytes: number) => void
  #parts: Uint8Array[] = []
  #bytes = 0

  /** `onSent` is told how many bytes were given to the socket. */
  constructor(socket: Socket, onSent: (bytes: number) => void) {
    this.#socket = socket
    this.#onSent = onSent
  }

  /** More waits than the kernel takes now. */
  get isFull(): boolean {
    return this.#socket.writableLength + this.#bytes > mostUnsent
  }

  /** Takes bytes that nobody changes; blocks that were lent are given back once they are copied. */
  add(bytes: Uint8Array): void {
    if (this.#parts.length === 0) process.nextTick(() => this.#send())
    this.#parts.push(bytes)
    this.#bytes += bytes.length
  }

  #send(): void {
    const [parts, length] = [this.#parts, this.#bytes]
    this.#parts = []
    this.#bytes = 0
    if (this.#socket.destroyed) return
    if (length <= little || length > largeBuffers.length) this.#socket.write(Buffer.concat(parts))
    else this.#copy(parts)
    for (const part of parts) blockBuffers.giveBack(part)
    this.#onSent(length)
  }

  #copy(parts: readonly Uint8Array[]): void {
    const buffer = largeBuffers.take()
    let at = 0
    for (const part of parts) {
      buffer.set(part, at)
      at += part.length
    }
    this.#socket.write(buffer.subarray(0, at), () => largeBuffers.giveBack(buffer))
  }
}
