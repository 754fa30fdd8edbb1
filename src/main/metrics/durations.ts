/** A histogram that is observed thousands of times a second: prom-client's own looks its labels up each time. */
import { Histogram, type HistogramConfiguration } from 'prom-client'

/** How long things took, in seconds; without labels. Told of by `note` alone. */
export class Durations extends Histogram {
  readonly #name: string
  readonly #help: string
  readonly #bounds: readonly number[]
  /** The last is of what is above every bound. */
  readonly #counts: number[]
  #sum = 0

  constructor(configuration: HistogramConfiguration<string> & { readonly buckets: number[] }) {
    super(configuration)
    this.#name = configuration.name
    this.#help = configuration.help
    this.#bounds = configuration.buckets
    this.#counts = [...this.#bounds.map(() => 0), 0]
  }

  note(seconds: number): void {
    const bounds = this.#bounds
    let place = 0
    while (place < bounds.length && seconds > (bounds[place] ?? 0)) place += 1
    this.#counts[place] = (this.#counts[place] ?? 0) + 1
    this.#sum += seconds
  }

  /** What the registry reads, and `get` with it. */
  getForPromString(): Promise<object> {
    const name = this.#name
    let count = 0
    const buckets = [...this.#bounds, '+Inf'].map((le, place) => {
      count += this.#counts[place] ?? 0
      return { labels: { le }, value: count, metricName: `${name}_bucket` }
    })
    const sums = [
      { labels: {}, value: this.#sum, metricName: `${name}_sum` },
      { labels: {}, value: count, metricName: `${name}_count` },
    ]
    const about = { name, help: this.#help, type: 'histogram', aggregator: 'sum' }
    return Promise.resolve({ ...about, values: [...buckets, ...sums] })
  }
}
