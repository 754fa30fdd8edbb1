/** What the world sees of a peer that a torrent is connected with. */
import * as z from 'zod'

/** Who named a peer; `manual`: the caller, by a magnet link or `add_peer`; `incoming`: it dialled. */
export const peerOrigins = ['manual', 'tracker', 'dht', 'lsd', 'ut_pex', 'incoming'] as const

/** A peer as it is shown. */
export const peerView = z.object({
  address: z.string().describe('host:port where it takes connections, else where it comes from'),
  client: z.string().describe('what it calls itself; empty where it does not say'),
  source: z.enum(peerOrigins).describe('who named it; incoming: it dialled'),
  encryption: z.enum(['none', 'handshake', 'full']).describe('MSE: only the handshake, or all'),
  progress: z.number().nullable().describe('0…1; null while the metadata is unknown'),
  upload_only: z.boolean().describe('it says that it downloads nothing (BEP 21)'),
  am_choking: z.boolean(),
  am_interested: z.boolean(),
  peer_choking: z.boolean(),
  peer_interested: z.boolean(),
  download_rate: z.number().describe('bytes/s of payload'),
  upload_rate: z.number().describe('bytes/s of payload'),
  downloaded: z.number().describe('bytes of payload over this connection'),
  uploaded: z.number().describe('bytes of payload over this connection'),
  flags: z
    .string()
    .describe(
      'D downloading from it, d it chokes us; U uploading to it, u we choke it; K, ? unchoked without interest; I incoming; E encrypted, e its handshake; H DHT, X PEX, L LSD',
    ),
})
export type PeerView = z.output<typeof peerView>

/** What came of a peer that a caller named; `private`: the torrent meets only those of its trackers (BEP 27). */
export type DialAnswer = 'added' | 'known' | 'refused' | 'private'
