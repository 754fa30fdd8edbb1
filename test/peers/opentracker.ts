/**
 * Debian's opentracker on one port for HTTP and UDP. That build serves only the info hashes of the list
 * that it is started with; over HTTP any other is answered by a failure, over UDP not at all.
 */
import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/suite.ts'
import { Program } from './program.ts'
import { freePort } from '../support/ports.ts'

const answerWithinMs = 30_000

/** A running tracker; both URLs lead to the same peers. */
export interface Tracker {
  readonly httpUrl: string
  readonly udpUrl: string
  /** The number of peers of an info hash that announced themselves. */
  peers(infoHash: string): Promise<number>
  stop(): Promise<void>
}

/** A tracker for these info hashes. */
export async function startOpentracker(infoHashes: readonly string[], host = '127.0.0.1'): Promise<Tracker> {
  const port = await freePort()
  const folder = temporaryFolder()
  // Started by root it becomes `nobody` before it reads the list.
  chmodSync(folder, 0o711)
  const list = join(folder, 'whitelist')
  writeFileSync(list, [...infoHashes, ''].join('\n'))
  const args = ['-i', host, '-p', `${port}`, '-P', `${port}`, '-w', list]
  const program = new Program('opentracker', args)
  const url = `http://${host}:${port}`

  try {
    await program.until(answerWithinMs, 'ready', () => getText(`${url}/`).catch(() => undefined))
    return {
      httpUrl: `${url}/announce`,
      udpUrl: `udp://${host}:${port}/announce`,
      peers: (infoHash) => countPeers(url, infoHash),
      stop: () => program.stop(),
    }
  } catch (error) {
    await program.stop()
    throw error
  }
}

/** Over scrape, which tells how many without being counted itself. */
async function countPeers(url: string, infoHash: string): Promise<number> {
  const escaped = infoHash.replace(/../g, (digits) => `%${digits}`)
  const text = await getText(`${url}/scrape?info_hash=${escaped}`)
  const count = (key: string) => Number(new RegExp(`\\d:${key}i(\\d+)e`).exec(text)?.[1] ?? 0)
  return count('complete') + count('incomplete')
}

async function getText(url: string): Promise<string> {
  const signal = AbortSignal.timeout(answerWithinMs)
  const response = await fetch(url, { headers: { connection: 'close' }, signal })
  return await response.text()
}
