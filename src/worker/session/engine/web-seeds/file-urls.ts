/** Where a web seed has the files of a torrent (BEP 19). */
import { parseFetchableUrl } from '../../../../outward/outward-request.ts'
import type { TorrentInfo } from '../../../../protocol/torrent-info.ts'

/** The URL of a file by its index; a file has one in every torrent. */
export type FileUrls = (index: number) => URL

/**
 * The URLs of a torrent's files below the URL of a web seed; undefined for one that is not http or https, or
 * holds credentials. A torrent of one file lies at the URL itself, unless that ends with a slash; the files
 * of any other in the folder of the torrent's name below the URL. Each part is escaped, the query is kept.
 */
export function fileUrls(
  webSeed: string,
  { name, files }: Pick<TorrentInfo, 'name' | 'files'>,
): FileUrls | undefined {
  const base = parseFetchableUrl(webSeed)
  if (base === undefined) return undefined
  const isLone = files.length === 1 && files[0]?.safePath.includes('/') === false
  return (index) => {
    const parts = isLone ? [name] : [name, ...(files[index]?.path ?? [])]
    const url = new URL(base)
    url.hash = ''
    if (isLone && !url.pathname.endsWith('/')) return url
    const folder = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`
    url.pathname = folder + parts.map(escapePart).join('/')
    return url
  }
}

function escapePart(part: string): string {
  return encodeURIComponent(part.toWellFormed())
}
