/** When torrents were added within the last minute, for each holder of a quota on that. */
const windowMs = 60_000

export class AddTimes {
  readonly #times = new Map<string, number[]>()

  /** How many were noted within 60 s; `now` in milliseconds. */
  count(holder: string, now = performance.now()): number {
    const recent = (this.#times.get(holder) ?? []).filter((at) => now - at < windowMs)
    if (recent.length === 0) this.#times.delete(holder)
    else this.#times.set(holder, recent)
    return recent.length
  }

  note(holder: string, now = performance.now()): void {
    const times = this.#times.get(holder)
    if (times === undefined) this.#times.set(holder, [now])
    else times.push(now)
  }
}
