/**
 * How late main's event loop is, by Node's usual names. A timer looks ten times a second: the hundred of prom-client's
 * own are most of what an idle process does.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Gauge, type Registry } from 'prom-client'

type Between = ReturnType<typeof monitorEventLoopDelay>

const everyMs = 100

/** Of the times between two looks, in ns. */
const figures: Readonly<Record<string, (between: Between) => number>> = {
  min: ({ min }) => min,
  max: ({ max }) => max,
  mean: ({ mean }) => mean,
  p50: (between) => between.percentile(50),
  p90: (between) => between.percentile(90),
  p99: (between) => between.percentile(99),
}

/** How often prom-client's own timer looks, whose figures are replaced. */
export const replacedPrecisionMs = 1000

/** Replaces the figures of the loop's lag by how late a look came, in seconds, since the scrape before. */
export function replaceEventLoopLag(register: Registry): void {
  const between = monitorEventLoopDelay({ resolution: everyMs })
  between.enable()
  register.removeSingleMetric('nodejs_eventloop_lag_stddev_seconds')
  const names = Object.keys(figures)
  for (const [name, read] of Object.entries(figures)) {
    const fullName = `nodejs_eventloop_lag_${name}_seconds`
    register.removeSingleMetric(fullName)
    new Gauge({
      name: fullName,
      help: `How late a timer came since the scrape before: ${name}`,
      registers: [register],
      collect() {
        const betweenMs = between.count === 0 ? 0 : read(between) / 1e6
        this.set(Math.max(0, betweenMs - everyMs) / 1000)
        if (name === names.at(-1)) between.reset()
      },
    })
  }
}
