/**
 * Addresses of IPv4 that stand for those of IPv6, for a node that knows only the former. They are numbers, and
 * never leave this process.
 */
import ipaddr from 'ipaddr.js'
import { toHex } from '../../../../protocol/info-hash.ts'
import { readCompactAddress } from '../../trackers/compact-peers.ts'

/** Far more than a node knows and keeps peers of; where there are more, those used longest ago are forgotten. */
const mostKept = 20_000

export class StandIns {
  /** By the 16 bytes of the address, in hex. */
  readonly #standIns = new Map<string, string>()
  readonly #bytes = new Map<string, Uint8Array>()
  #last = 0

  /** The stand-in of an address of IPv6 as text; undefined where it is none. */
  of(host: string): string | undefined {
    return ipaddr.IPv6.isValid(host) ? this.ofBytes(bytesOf(host)) : undefined
  }

  /** The stand-in of an address of 16 bytes. */
  ofBytes(address: Uint8Array): string {
    const name = toHex(address)
    const present = this.#standIns.get(name)
    const standIn = present ?? this.#next()
    this.#standIns.delete(name)
    this.#standIns.set(name, standIn) // the one used last
    if (present === undefined) {
      this.#bytes.set(standIn, Uint8Array.from(address))
      this.#forget()
    }
    return standIn
  }

  /** The 16 bytes of the address that it stands for; undefined where that is forgotten. */
  bytes(standIn: string): Uint8Array | undefined {
    return this.#bytes.get(standIn)
  }

  /** The address that it stands for, in its shortest form; undefined where that is forgotten. */
  host(standIn: string): string | undefined {
    const bytes = this.#bytes.get(standIn)
    return bytes && readCompactAddress(bytes)
  }

  #next(): string {
    this.#last = (this.#last + 1) >>> 0
    return [24, 16, 8, 0].map((shift) => (this.#last >>> shift) & 0xff).join('.')
  }

  #forget(): void {
    for (const [name, standIn] of this.#standIns) {
      if (this.#standIns.size <= mostKept) return
      this.#standIns.delete(name)
      this.#bytes.delete(standIn)
    }
  }
}

function bytesOf(host: string): Uint8Array {
  return Uint8Array.from(ipaddr.IPv6.parse(host).toByteArray())
}
