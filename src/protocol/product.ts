/** The name and version under which peers, trackers and web servers see us. */
export const version = '0.1.0'
/** As peers see it in the extended handshake (BEP 10), and trackers as user agent. */
export const bitTorrentUserAgent = `RestTorrent ${version}`
