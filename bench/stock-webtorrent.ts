/**
 * WebTorrent as npm installs it, with its defaults but for what would look for peers elsewhere, and one
 * torrent: `node bench/stock-webtorrent.ts <torrent> <folder>`. Prints `listening <port>` and `done`.
 */
import { readFileSync } from 'node:fs'
import WebTorrent, { type TorrentDescription } from 'webtorrent'

const [torrentFile = '', path = ''] = process.argv.slice(2)
const client = new WebTorrent({ dht: false, lsd: false, tracker: false, natUpnp: false, natPmp: false })
const torrent = client.add(readFileSync(torrentFile) as unknown as TorrentDescription, { path }) // it takes bytes, too
torrent.once('ready', () => {
  const address = client._connPool?.tcpServer.address()
  if (typeof address === 'object' && address !== null) console.log(`listening ${address.port}`)
})
torrent.once('done', () => console.log('done'))
