/** A download by one libtorrent leecher, from our server, libtorrent and stock WebTorrent in turn. */
import { benchTransfers } from './transfers.ts'

await benchTransfers('seed')
