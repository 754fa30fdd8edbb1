/** The URLs that HTTP trackers are asked by. */
import type { AnnounceRequest } from './announce.ts'

const announceWord = 'announce'
const unreserved = /[A-Za-z0-9._~-]/

/** The URL of an announce (BEP 3, 23); a query that the tracker's URL has stays in front. */
export function announceUrl(tracker: string, request: AnnounceRequest): string {
  const parameters: [string, string][] = [
    ['info_hash', escapeBytes(request.infoHash)],
    ['peer_id', escapeBytes(request.peerId)],
    ['port', `${request.port}`],
    ['uploaded', `${request.uploaded}`],
    ['downloaded', `${request.downloaded}`],
    ['left', `${request.left}`],
    ['key', request.key.toString(16).padStart(8, '0')],
    ['numwant', `${request.numWant}`],
    ['compact', '1'],
    ['no_peer_id', '1'],
  ]
  if (request.address !== '') parameters.push(['ip', escapeText(request.address)])
  if (request.event !== undefined) parameters.push(['event', request.event])
  if (request.trackerId !== undefined) parameters.push(['trackerid', escapeText(request.trackerId)])
  return withQuery(tracker, parameters.map((pair) => pair.join('=')).join('&'))
}

/** The URL of a scrape of one torrent; undefined where BEP 48 derives none from the tracker's URL. */
export function scrapeUrl(tracker: string, infoHash: Uint8Array): string | undefined {
  const lastPart = tracker.lastIndexOf('/') + 1
  if (!tracker.startsWith(announceWord, lastPart)) return undefined
  const scrape = `${tracker.slice(0, lastPart)}scrape${tracker.slice(lastPart + announceWord.length)}`
  return withQuery(scrape, `info_hash=${escapeBytes(infoHash)}`)
}

function withQuery(url: string, query: string): string {
  const [address = ''] = url.split('#', 1)
  const joint = !address.includes('?') ? '?' : /[?&]$/.test(address) ? '' : '&'
  return `${address}${joint}${query}`
}

/** Latin-1 text, each character of which stands for one byte. */
function escapeText(text: string): string {
  return escapeBytes(Buffer.from(text, 'latin1'))
}

function escapeBytes(bytes: Uint8Array): string {
  return Array.from(bytes, escapeByte).join('')
}

function escapeByte(byte: number): string {
  const character = String.fromCharCode(byte)
  return unreserved.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
}
