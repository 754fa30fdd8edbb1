/** The clients that RestTorrent meets, and what each of them can do in a test on one machine. */
import { startAria2 } from '../peers/aria2.ts'
import { startLibtorrent } from '../peers/libtorrent.ts'
import type { Encryption, Peer, PeerOptions } from '../peers/peer.ts'
import { startQbittorrent } from '../peers/qbittorrent.ts'
import { startRestTorrent } from '../peers/resttorrent.ts'
import type { Tool } from '../peers/tools.ts'
import { startTransmission } from '../peers/transmission.ts'
import type { Meeting } from './meeting.ts'

export const clientNames = ['libtorrent', 'transmission', 'aria2', 'qbittorrent', 'resttorrent'] as const
export type ClientName = (typeof clientNames)[number]

/** A client and its limits. */
export interface Client {
  readonly tool?: Tool
  readonly start: (options: PeerOptions) => Promise<Peer>
  /** How it comes to dial. */
  readonly dialsBy: Extract<Meeting['by'], 'itself' | 'http tracker'>
  /** The tracker at which we find it. */
  readonly foundBy: Extract<Meeting['by'], 'http tracker' | 'udp tracker'>
  /** It never dials a loopback address. */
  readonly shunsLoopback?: boolean
  /** Why it cannot take part in a hybrid torrent. */
  readonly noHybrid?: string
  readonly writesNoEmptyFiles?: boolean
  readonly encryptions: readonly Encryption[]
}

const every: readonly Encryption[] = ['disabled', 'enabled', 'forced']

export const clients: Record<ClientName, Client> = {
  libtorrent: {
    tool: 'libtorrent',
    start: startLibtorrent,
    dialsBy: 'itself',
    foundBy: 'udp tracker',
    encryptions: every,
  },
  transmission: {
    tool: 'transmission-daemon',
    // It always listens on ::1 too; its RPC is on the IPv4 address.
    start: async (options) => {
      if (options.host !== '::1') return await startTransmission(options)
      return { ...(await startTransmission({ ...options, host: '127.0.0.1' })), host: '::1' }
    },
    dialsBy: 'http tracker',
    foundBy: 'http tracker',
    shunsLoopback: true,
    noHybrid: 'it calls them corrupt',
    writesNoEmptyFiles: true,
    encryptions: every,
  },
  aria2: {
    tool: 'aria2c',
    start: ({ encryption, ...options }) =>
      startAria2(encryption === 'forced' ? { ...options, encryption } : options),
    dialsBy: 'http tracker',
    foundBy: 'http tracker',
    noHybrid: 'it finds another info hash than everybody else',
    encryptions: ['enabled', 'forced'],
  },
  qbittorrent: {
    tool: 'qbittorrent-nox',
    start: startQbittorrent,
    dialsBy: 'itself',
    foundBy: 'http tracker',
    encryptions: every,
  },
  resttorrent: {
    start: startRestTorrent,
    dialsBy: 'http tracker',
    foundBy: 'udp tracker',
    encryptions: every,
  },
}
