/**
 * What one session and main tell each other, for the governor of the host and for reads, in memory that both see:
 * no message is sent.
 * Each number has one writer. Counts run over at 32 bits, so only what they changed by means something.
 */
const places = {
  /** Bytes/s that the session may move; 0: no cap of the host. Written by main, like the next three. */
  downloadShare: 0,
  uploadShare: 1,
  /** Connections that the session may have; 0: no cap. */
  peerShare: 2,
  /** Files that the session may have open; 0: no cap. */
  fileShare: 3,
  /** Bytes that moved. Written by the session, like all that follow. */
  downloaded: 4,
  uploaded: 5,
  /** How often something waited for the session's share. */
  downloadWaits: 6,
  uploadWaits: 7,
  /** Connections, open or being opened. */
  peers: 8,
  /** Reports that would have told what the one before did. */
  quietReports: 9,
} as const

export type HostShareField = keyof typeof places

const most = 2 ** 31 - 1

export class HostShare {
  readonly memory: SharedArrayBuffer
  readonly #numbers: Int32Array

  /** The memory of the other side; a new one without it. */
  constructor(memory = new SharedArrayBuffer(4 * Object.keys(places).length)) {
    this.memory = memory
    this.#numbers = new Int32Array(memory)
  }

  get(field: HostShareField): number {
    return Atomics.load(this.#numbers, places[field])
  }

  /** Whole numbers; what is more than 32 bits hold is cut. */
  set(field: HostShareField, value: number): void {
    Atomics.store(this.#numbers, places[field], Math.min(most, Math.floor(value)))
  }

  add(field: HostShareField, value: number): void {
    Atomics.add(this.#numbers, places[field], value)
  }
}
