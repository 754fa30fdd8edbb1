/** Reads server-sent events as a browser's EventSource does, each with its id and its data. */
import { eventually } from './suite.ts'

export interface SentEvent {
  readonly event: string
  readonly id: string
  readonly data: unknown
}

export class EventReader implements AsyncDisposable {
  readonly got: SentEvent[] = []
  status = 0
  isOver = false
  readonly #abort = new AbortController()
  readonly #done: Promise<void>

  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#done = this.#read(url, headers).catch(() => undefined)
  }

  /** The first event that fits. */
  async until(what: string, fits: (one: SentEvent) => boolean): Promise<SentEvent> {
    return await eventually(15_000, what, () => this.got.find(fits))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort()
    await this.#done
  }

  async #read(url: string, headers: Readonly<Record<string, string>>): Promise<void> {
    try {
      const { status, body } = await fetch(url, {
        headers: { connection: 'close', ...headers },
        signal: this.#abort.signal,
      })
      this.status = status
      let text = ''
      for await (const chunk of body ?? []) {
        text += Buffer.from(chunk as Uint8Array).toString()
        const blocks = text.split('\n\n')
        text = blocks.pop() ?? ''
        if (status === 200) blocks.forEach((block) => this.#take(block))
      }
    } finally {
      this.isOver = true
    }
  }

  #take(block: string): void {
    const [event, id, data] = ['event', 'id', 'data'].map((name) =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2),
    )
    if (event === undefined || data === undefined) return
    this.got.push({ event, id: id ?? '', data: JSON.parse(data) as unknown })
  }
}
