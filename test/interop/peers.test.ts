import { startAria2, type Aria2Options } from '../peers/aria2.ts'
import { startLibtorrent } from '../peers/libtorrent.ts'
import { makeNamespace, type Namespace } from '../peers/namespace.ts'
import type { Encryption } from '../peers/peer.ts'
import { missing, type Tool } from '../peers/tools.ts'
import { startTransmission } from '../peers/transmission.ts'
import { mixedFiles } from '../support/content.ts'
import { suite } from '../support/suite.ts'
import { caseWith, forbiddenCase } from './require.ts'
import { transfer, type Transfer } from './transfer.ts'

const singleFile = { content: 1_000_003, pieceLength: 32_768 }
const tree = { files: mixedFiles }
const peers = suite('test/interop/peers')

const libtorrent = (encryption?: Encryption) => () => startLibtorrent(encryption && { encryption })
const transmission = (encryption?: Encryption) => () => startTransmission(encryption && { encryption })
const aria2 = (encryption?: Aria2Options['encryption']) => () => startAria2(encryption && { encryption })

const cases: [title: string, tools: Tool[], what: Transfer][] = [
  [
    'Transmission downloads one file from libtorrent, which dials',
    ['libtorrent', 'transmission-daemon'],
    {
      seed: libtorrent(),
      leech: transmission(),
      meeting: { dials: 'seed', by: 'itself' },
      content: singleFile,
      from: 'torrent',
    },
  ],
  [
    'aria2 downloads a tree from libtorrent over an HTTP tracker',
    ['libtorrent', 'aria2c', 'opentracker'],
    {
      seed: libtorrent(),
      leech: aria2(),
      meeting: { dials: 'leech', by: 'http tracker' },
      content: tree,
      from: 'torrent',
    },
  ],
  [
    'libtorrent downloads a tree from Transmission with forced encryption',
    ['libtorrent', 'transmission-daemon'],
    {
      seed: transmission('forced'),
      leech: libtorrent('forced'),
      meeting: { dials: 'leech', by: 'itself' },
      content: tree,
      from: 'torrent',
    },
  ],
  [
    'libtorrent downloads one file from aria2 over an HTTP tracker',
    ['libtorrent', 'aria2c', 'opentracker'],
    {
      seed: aria2(),
      leech: libtorrent(),
      meeting: { dials: 'leech', by: 'http tracker' },
      content: singleFile,
      from: 'torrent',
    },
  ],
  [
    'aria2 downloads a magnet link with forced encryption from libtorrent',
    ['libtorrent', 'aria2c', 'opentracker'],
    {
      seed: libtorrent('forced'),
      leech: aria2('forced'),
      meeting: { dials: 'leech', by: 'http tracker' },
      content: tree,
      from: 'magnet',
    },
  ],
  [
    'Transmission downloads a magnet link from libtorrent, which dials',
    ['libtorrent', 'transmission-daemon'],
    {
      seed: libtorrent(),
      leech: transmission(),
      meeting: { dials: 'seed', by: 'itself' },
      content: singleFile,
      from: 'magnet',
    },
  ],
  [
    'libtorrent downloads a magnet link from libtorrent over a UDP tracker',
    ['libtorrent', 'opentracker'],
    {
      seed: libtorrent('disabled'),
      leech: libtorrent('disabled'),
      meeting: { dials: 'leech', by: 'udp tracker' },
      content: tree,
      from: 'magnet',
    },
  ],
]

for (const [title, tools, what] of cases) caseWith(peers, title, tools, () => transfer(what))

const dialing = 'Transmission in a network namespace dials libtorrent'
const dialingTools: Tool[] = ['libtorrent', 'transmission-daemon', 'opentracker', 'ip']
const namespace = missing(dialingTools).length === 0 ? makeNamespace() : undefined

if (namespace && 'denied' in namespace) forbiddenCase(peers, dialing, namespace.denied)
else caseWith(peers, dialing, dialingTools, () => dialFromInside(namespace))

async function dialFromInside(place: Namespace | undefined): Promise<void> {
  if (!place) throw new Error('no namespace was made')
  try {
    await transfer({
      seed: () => startLibtorrent({ host: place.host }),
      leech: () => startTransmission({ host: place.inside, prefix: place.prefix }),
      meeting: { dials: 'leech', by: 'http tracker', trackerHost: place.host },
      content: singleFile,
      from: 'torrent',
    })
  } finally {
    place.remove()
  }
}

peers.run()
