/**
 * Sends requests at a fixed rate over kept connections, in a process of its own. A latency runs from the
 * instant that a request was due to the last byte of its answer, so that waiting for a free connection
 * counts. `node bench/paced-client.ts <url> <rate> <connections> <seconds>`
 */
import { HttpConnection } from './http-connection.ts'

const [address = '', ...numbers] = process.argv.slice(2)
const [rate = 1, connections = 1, seconds = 1] = numbers.map(Number)
const url = new URL(address)
const total = rate * seconds
const intervalMs = 1000 / rate

const idle = await Promise.all(Array.from({ length: connections }, () => HttpConnection.open(url)))
const opened = [...idle]
const due: number[] = []
const latencies: number[] = []
const all = Promise.withResolvers<undefined>()

const startsAt = performance.now() + intervalMs
let scheduled = 0
schedule()
await all.promise
for (const connection of opened) connection.close()
latencies.sort((one, other) => one - other)
const elapsedMs = performance.now() - startsAt
console.log(
  JSON.stringify({
    rate: (total / elapsedMs) * 1000,
    p50Ms: percentile(50),
    p99Ms: percentile(99),
    maxMs: percentile(100),
  }),
)

function schedule(): void {
  const now = performance.now()
  while (scheduled < total && startsAt + scheduled * intervalMs <= now) {
    due.push(startsAt + scheduled * intervalMs)
    scheduled += 1
  }
  sendDue()
  if (scheduled < total) setTimeout(schedule, startsAt + scheduled * intervalMs - performance.now())
}

function sendDue(): void {
  while (due.length > 0) {
    const connection = idle.shift()
    if (connection === undefined) return
    const dueAt = due.shift() ?? 0
    connection.get().then(() => answered(connection, dueAt), all.reject)
  }
}

function answered(connection: HttpConnection, dueAt: number): void {
  latencies.push(performance.now() - dueAt)
  idle.push(connection)
  if (latencies.length === total) all.resolve(undefined)
  else sendDue()
}

function percentile(percent: number): number {
  return latencies[Math.ceil((percent / 100) * latencies.length) - 1] ?? Number.NaN
}
