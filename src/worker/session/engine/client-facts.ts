import type { AddressPolicy } from '../../../protocol/address-policy.ts'
import type { RequestSlots } from './web-seeds/request-slots.ts'
import type { AddressCounts } from './connections/address-counts.ts'
import type { Dialler } from './connections/dialler.ts'
import type { Gate } from './connections/gate.ts'
import type { WireWorth } from './connections/wire-worth.ts'
import type { LocalPeers } from './local-peers.ts'
import type { PeerAddress } from '../../../protocol/peer-address.ts'

/** What everything around one engine client needs to know of it. */
export interface ClientFacts {
  readonly userAgent: string
  readonly port: number
  /** 40 hex digits, as the engine shows peers' ids. */
  readonly peerId: string
  /** Whom the session may talk to. */
  readonly gate: Gate
  /** Peers of the local network that may be dialled and may dial in whatever the policy says. */
  readonly localPeers: LocalPeers
  readonly dialler: Dialler
  readonly addresses: AddressCounts
  readonly worth: WireWorth
  /** Whether peers tell each other of peers (BEP 11). */
  readonly pex: boolean
  /** Where web seeds may lie. */
  readonly policy: Pick<AddressPolicy, 'allows'>
  /** Requests to web seeds. */
  readonly webSeedSlots: RequestSlots
  /** Whether one more may come in, be it in the place of a useless one; some room is kept for those we dial. */
  readonly hasRoom: () => boolean
  /** The same, and gives up a useless connection where it takes one. */
  readonly makeRoom: () => boolean
  /** A piece that these peers sent does not hash as it should; `isSole`: nobody else had part in it. */
  readonly badPiece: (sources: readonly PeerAddress[], isSole: boolean) => void
}
