/** When torrents are added: each add has a time of its own, which tells its life from those before it. */
let last = 0

/** Milliseconds since the epoch, later than at every call before. */
export function nextAddedAt(): number {
  last = Math.max(last + 1, Date.now())
  return last
}
