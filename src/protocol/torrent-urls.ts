import { exceedsBytes } from './bencode-text.ts'

const maxUrlBytes = 2048
// Entries past this are not even looked at: refusing each of a million would take seconds.
const maxConsidered = 1000
const trackerScheme = /^(?:https?|udp|wss?):\/\//i
const webSeedScheme = /^https?:\/\//i
// The URL parser drops or escapes these silently, and what is sent would differ from what is shown.
// eslint-disable-next-line no-control-regex
const unwritable = /[\s\u0000-\u001f\u007f-\u009f]/

/** Whether a tracker can be announced to: http, https, udp, ws or wss, at most 2 KiB. */
export function isTrackerUrl(text: string): boolean {
  return trackerScheme.test(text) && isUsableUrl(text)
}

/** Whether a web seed can be asked (BEP 19): http or https, at most 2 KiB. */
export function isWebSeedUrl(text: string): boolean {
  return webSeedScheme.test(text) && isUsableUrl(text)
}

/** The first `max` different texts that `isKept` accepts, without the white space around them. */
export function keepUrls(texts: Iterable<string>, isKept: (text: string) => boolean, max: number): string[] {
  const kept = new Set<string>()
  let considered = 0
  for (const text of texts) {
    if (kept.size >= max || ++considered > maxConsidered) break
    const trimmed = text.trim()
    if (isKept(trimmed)) kept.add(trimmed)
  }
  return [...kept]
}

function isUsableUrl(text: string): boolean {
  return !exceedsBytes(text, maxUrlBytes) && !unwritable.test(text) && URL.canParse(text)
}
