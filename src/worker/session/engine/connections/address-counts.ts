/** Public addresses are held by one household or office; more connections than that are an attack or a fault. */
const mostPerAddress = 4

/** How many connections a session has with each address. */
export class AddressCounts {
  readonly #isOpened: (host: string) => boolean
  readonly #counts = new Map<string, number>()

  /** Inside ranges that an operator opened there is no limit. */
  constructor(isOpened: (host: string) => boolean) {
    this.#isOpened = isOpened
  }

  hasRoom(host: string): boolean {
    return (this.#counts.get(host) ?? 0) < mostPerAddress || this.#isOpened(host)
  }

  add(host: string): void {
    this.#counts.set(host, (this.#counts.get(host) ?? 0) + 1)
  }

  remove(host: string): void {
    const count = (this.#counts.get(host) ?? 0) - 1
    if (count > 0) this.#counts.set(host, count)
    else this.#counts.delete(host)
  }
}
