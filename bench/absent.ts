/**
 * Whether the time of an answer tells a session that is not the caller's from one that does not exist: both are
 * asked for in random order over one connection, with a key that may use neither. Prints one JSON line for each
 * command: medians in microseconds, and the ratio of the medians in each of ten parts of the run.
 * `node bench/absent.ts [requests]`
 */
import { randomBytes } from 'node:crypto'
import { Agent, request } from 'node:http'
import { ratios, report } from './report.ts'
import { builtProgram, startServer, type RunningServer } from './server.ts'

const [count = '20000'] = process.argv.slice(2)
const parts = 10
const warmUp = 500
const asked = {
  get_torrent_list: ['GET', '/torrents'],
  get_session: ['GET', ''],
  delete_torrent: ['DELETE', `/torrents/${'a'.repeat(40)}`],
} as const

const server = await startServer({ program: builtProgram, nodeOptions: [] })
const agent = new Agent({ keepAlive: true, maxSockets: 1 })
try {
  const [theirs, mine] = [await makeKey(server), await makeKey(server)]
  const made = await answer('POST', '/v1/sessions', theirs, { dht: '0', memory_only: '1' })
  if (made.status !== 200) throw new Error(made.body)
  const { session } = JSON.parse(made.body) as { session: { id: string } }
  for (const [command, [method, path]] of Object.entries(asked)) {
    const ids = { foreign: session.id, absent: session.id.slice(0, 16) + randomBytes(12).toString('hex') }
    const timesOf = { foreign: [] as number[], absent: [] as number[] }
    const once = async (kind: keyof typeof ids): Promise<number> => {
      const startedAt = performance.now()
      const { status } = await answer(method, `/v1/sessions/${ids[kind]}${path}`, mine)
      if (status !== 404) throw new Error(`${kind}: ${status}`)
      return (performance.now() - startedAt) * 1000
    }
    for (let n = 0; n < warmUp; n += 1) await once(n % 2 === 0 ? 'foreign' : 'absent')
    for (let n = 0; n < Number(count); n += 1) {
      const kind = Math.random() < 0.5 ? 'foreign' : 'absent'
      timesOf[kind].push(await once(kind))
    }
    const [foreign, absent] = [mediansOf(timesOf.foreign), mediansOf(timesOf.absent)]
    const all = { foreignUs: median(timesOf.foreign), absentUs: median(timesOf.absent) }
    report('absent', command, { requests: Number(count), ...all, ratio: ratios(foreign, absent) })
  }
} finally {
  agent.destroy()
  await server.stop()
}

async function makeKey({ address }: RunningServer): Promise<string> {
  const { body } = await answer('POST', '/v1/keys', undefined, { scope: 'control' }, address)
  return (JSON.parse(body) as { api_key: string }).api_key
}

/** One request over the one connection. */
async function answer(
  method: string,
  path: string,
  key: string | undefined,
  form?: Readonly<Record<string, string>>,
  address = server.address,
): Promise<{ status: number | undefined; body: string }> {
  return await new Promise((resolve, reject) => {
    const body = form && new URLSearchParams(form).toString()
    const headers = {
      ...(key && { authorization: `Bearer ${key}` }),
      ...(body && { 'content-type': 'application/x-www-form-urlencoded' }),
    }
    const asking = request(`${address}${path}`, { method, agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode, body: text }))
    })
    asking.on('error', reject).end(body)
  })
}

function mediansOf(times: readonly number[]): number[] {
  const length = Math.floor(times.length / parts)
  return Array.from({ length: parts }, (_, part) => median(times.slice(part * length, (part + 1) * length)))
}

function median(times: readonly number[]): number {
  const sorted = [...times].sort((one, other) => one - other)
  return Math.round(sorted[sorted.length >> 1] ?? 0)
}
