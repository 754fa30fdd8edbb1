/** One cell of the matrix: RestTorrent and one other client in one situation. */
import { makeNamespace, type Namespace } from '../peers/namespace.ts'
import type { Encryption } from '../peers/peer.ts'
import { startRestTorrent } from '../peers/resttorrent.ts'
import type { Tool } from '../peers/tools.ts'
import { mixedFiles } from '../support/content.ts'
import { clients, type ClientName } from './clients.ts'
import type { ContentOptions } from './described-content.ts'
import type { Meeting } from './meeting.ts'
import { absence, type Obstacle } from './require.ts'
import { transfer } from './transfer.ts'

/** Who we meet and how; `encryption` is the other side's, we offer both kinds. */
export interface Cell {
  client: ClientName
  we: 'download' | 'seed'
  dials: 'we' | 'they'
  encryption: Encryption
  content: 'single' | 'multi' | 'hybrid' | 'magnet'
  address: 'IPv4' | 'IPv6'
}

const contents: Record<Cell['content'], ContentOptions> = {
  single: { content: 1_000_003, pieceLength: 32_768 },
  multi: { files: mixedFiles },
  hybrid: { files: mixedFiles, hybrid: true },
  magnet: { files: mixedFiles },
}

let namespace: Namespace | { denied: string } | undefined

/** One line that names the cell. */
export function cellTitle({ client, we, dials, encryption, content, address }: Cell): string {
  const role = we === 'download' ? `we download ${content} from` : `we seed ${content} to`
  return `${role} ${client}, ${dials} dial, its encryption ${encryption}, ${address}`
}

/** What stands in the way of a cell, if anything. */
export function obstacle(cell: Cell): Obstacle | undefined {
  const client = clients[cell.client]
  const needsNamespace = client.shunsLoopback === true && cell.dials === 'they'
  if (!client.encryptions.includes(cell.encryption))
    return impossible(`${cell.client} has no mode with encryption ${cell.encryption}`)
  if (client.noHybrid !== undefined && cell.content === 'hybrid')
    return impossible(`${cell.client} takes no hybrid torrents: ${client.noHybrid}`)
  if (needsNamespace && cell.address === 'IPv6')
    return impossible(`${cell.client} never dials loopback, and the namespace has IPv4 only`)
  const absent = absence(toolsOf(cell, needsNamespace))
  if (absent) return absent
  if (!needsNamespace) return undefined
  namespace ??= makeNamespace()
  return 'denied' in namespace ? { kind: 'forbidden', why: namespace.denied } : undefined
}

/** Runs a cell without an obstacle; rejects with the reason and what both clients printed. */
export async function runCell(cell: Cell): Promise<void> {
  const client = clients[cell.client]
  const outside = client.shunsLoopback === true && cell.dials === 'they' ? namespace : undefined
  const place = outside && 'host' in outside ? outside : undefined
  const host = place?.host ?? (cell.address === 'IPv6' ? '::1' : '127.0.0.1')
  const we = () => startRestTorrent({ host })
  const they = () =>
    client.start({
      encryption: cell.encryption,
      host: place?.inside ?? host,
      ...(place && { prefix: place.prefix }),
    })
  const [seed, leech] = cell.we === 'seed' ? [we, they] : [they, we]
  await transfer({
    seed,
    leech,
    meeting: {
      dials: (cell.dials === 'we') === (cell.we === 'seed') ? 'seed' : 'leech',
      by: meetingBy(cell),
      ...(place && { trackerHost: place.host }),
    },
    content: contentOf(cell),
    from: cell.content === 'magnet' ? 'magnet' : 'torrent',
  })
}

/** Removes what cells share on this machine. */
export function leave(): void {
  if (namespace && 'remove' in namespace) namespace.remove()
  namespace = undefined
}

function contentOf({ client, content }: Cell): ContentOptions {
  const { files, ...options } = contents[content]
  if (!files) return options
  const isWritten = ({ content: length }: { content: unknown }) => length !== 0
  return { ...options, files: clients[client].writesNoEmptyFiles === true ? files.filter(isWritten) : files }
}

function meetingBy({ client, dials, we, content, address }: Cell): Meeting['by'] {
  const { dialsBy, foundBy } = clients[client]
  if (dials === 'they' && dialsBy === 'itself') return 'itself'
  if (dials === 'we' && we === 'download' && content === 'magnet') return 'magnet'
  if (address === 'IPv6') return 'ipv6 tracker'
  return dials === 'they' ? dialsBy : foundBy
}

function toolsOf(cell: Cell, needsNamespace: boolean): Tool[] {
  const { tool } = clients[cell.client]
  const by = meetingBy(cell)
  return [
    ...(tool ? [tool] : []),
    ...(cell.content === 'hybrid' ? ['libtorrent' as const] : []),
    ...(by === 'http tracker' || by === 'udp tracker' ? ['opentracker' as const] : []),
    ...(needsNamespace ? ['ip' as const] : []),
  ]
}

function impossible(why: string): Obstacle {
  return { kind: 'impossible', why }
}
