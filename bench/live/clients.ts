/**
 * Socket.IO clients that follow everything, in a process of their own, and note when they heard of which
 * change. `node bench/live/clients.ts <address> <clients> <interval ms>`; told `report` on standard input it
 * prints one line, a `ClientsReport`.
 */
import { createInterface } from 'node:readline'
import { io, type Socket } from 'socket.io-client'
import { LiveState } from '../../src/client/live-state.ts'
import type { LiveUpdate } from '../../src/protocol/live.ts'
import { changeNumber } from './label-changes.ts'
import { monotonicMs } from '../monotonic-clock.ts'

/** What all clients of the process heard. */
export interface ClientsReport {
  /** For each change its number, and when each client heard of it. */
  readonly heard: readonly (readonly [number, readonly number[]])[]
  /** Updates that did not begin where the one before ended. */
  readonly gaps: number
  readonly updates: number
  /** Labels by info hash and session, as the first client ends with them. */
  readonly labels: Readonly<Record<string, readonly string[]>>
}

const [address = '', count = '1', intervalMs = '250'] = process.argv.slice(2)
const heard = new Map<number, number[]>()
const sockets: Socket[] = []
let gaps = 0
let updates = 0
/** Applying updates costs more than receiving them: one client of each process does it. */
const state = new LiveState()

for (let made = 0; made < Number(count); made += 1) sockets.push(await follow(made === 0))
process.stdout.write('ready\n')
for await (const line of createInterface({ input: process.stdin })) if (line === 'report') tell()

async function follow(isChecked: boolean): Promise<Socket> {
  const socket = io(address, { transports: ['websocket'], forceNew: true, reconnection: false })
  await new Promise<void>((resolve) => socket.once('connect', resolve))
  let revision: string | undefined
  const message = { t_id: 1, command: 'subscribe', topic: 'all', interval_ms: Number(intervalMs) }
  const updated = new Promise<void>((resolve, reject) => {
    socket.emit('v1', message, ({ update, ...answer }: { update?: LiveUpdate }) => {
      if (update === undefined) return reject(new Error(JSON.stringify(answer)))
      revision = update.revision
      if (isChecked) state.apply(update)
      resolve()
    })
  })
  socket.on('v1.update', (update: LiveUpdate) => {
    const at = monotonicMs()
    updates += 1
    for (const { changed } of update.torrents ?? [])
      for (const { labels = [] } of changed) note(changeNumber(labels), at)
    const isNext = isChecked ? state.apply(update) : update.from === undefined || update.from === revision
    if (!isNext) gaps += 1
    revision = update.revision
  })
  await updated
  return socket
}

function note(change: number | undefined, at: number): void {
  if (change === undefined) return
  const times = heard.get(change)
  if (times === undefined) heard.set(change, [at])
  else times.push(at)
}

function tell(): void {
  const labels: Record<string, readonly string[]> = {}
  for (const [sessionId, rows] of state.torrents)
    for (const [infoHash, row] of rows) labels[`${sessionId} ${infoHash}`] = row.labels ?? []
  const report: ClientsReport = { heard: [...heard], gaps, updates, labels }
  process.stdout.write(`${JSON.stringify(report)}\n`)
}
