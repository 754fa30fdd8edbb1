/** A download from one libtorrent seed, by our server, libtorrent and stock WebTorrent in turn. */
import { benchTransfers } from './transfers.ts'

await benchTransfers('download')
