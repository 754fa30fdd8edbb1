/** Cuts what a peer sends into its messages (BEP 3). */
import type { Socket } from 'node:net'

const handshakeLength = 68

export class WireFrames {
  #received: Buffer = Buffer.alloc(0)
  #isShaken = false

  /** Reads the socket from now on; `hear` gets each message that is not empty, its number first. */
  constructor(socket: Socket, hear: (body: Buffer) => void) {
    socket.on('data', (bytes: Buffer) => {
      this.#received = Buffer.concat([this.#received, bytes])
      for (let body = this.#next(); body; body = this.#next()) if (body.length > 0) hear(body)
    })
  }

  /** The other side's handshake came. */
  get isShaken(): boolean {
    return this.#isShaken
  }

  #next(): Buffer | undefined {
    if (!this.#isShaken) {
      if (this.#received.length < handshakeLength) return undefined
      this.#isShaken = true
      this.#received = this.#received.subarray(handshakeLength)
    }
    if (this.#received.length < 4) return undefined
    const end = 4 + this.#received.readUInt32BE()
    if (this.#received.length < end) return undefined
    const body = this.#received.subarray(4, end)
    this.#received = this.#received.subarray(end)
    return body
  }
}
