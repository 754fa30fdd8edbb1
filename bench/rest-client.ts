/** The few calls of the REST API that benchmarks need. */
import { setTimeout } from 'node:timers/promises'
import { freePort } from '../test/support/ports.ts'

/** What is read of a torrent in a list. */
export interface ListedTorrent {
  readonly info_hash: string
  readonly state: string
  readonly progress: number
  readonly labels: readonly string[]
}

/** What is read of a session in a list. */
export interface ListedSession {
  readonly id: string
  readonly state: string
  readonly port: number
  readonly download_rate: number
  readonly worker: { readonly generation: number }
}

const answerWithinMs = 30_000
/** Longer than a session worker takes to report a change. */
const sameForMs = 2500

/** A server's REST API. Every call rejects with the body of an answer that is no success. */
export class RestClient {
  readonly address: string

  constructor(address: string) {
    this.address = address
  }

  listUrl(sessionId: string): string {
    return `${this.address}/v1/sessions/${sessionId}/torrents`
  }

  /** Makes a session that finds no peers by itself, unless `parameters` say otherwise. */
  async createSession(
    name: string,
    parameters: Readonly<Record<string, string>> = {},
  ): Promise<ListedSession> {
    const form = { name, ports: String(await freePort()), dht: '0', lsd: '0', ...parameters }
    const answer = await this.#send('POST', '/v1/sessions', new URLSearchParams(form))
    return (answer as { session: ListedSession }).session
  }

  /** Adds a torrent by the content of its .torrent file. */
  async addTorrent(
    sessionId: string,
    metainfo: Uint8Array,
    { savePath, started }: { savePath: string; started: boolean },
  ): Promise<void> {
    const form = new FormData()
    form.set('file', new Blob([new Uint8Array(metainfo)]), 'a.torrent')
    form.set('autostart', started ? '1' : '0')
    form.set('save_path', savePath)
    await this.#send('POST', `/v1/sessions/${sessionId}/torrents`, form)
  }

  async setLabels(sessionId: string, infoHash: string, labels: readonly string[]): Promise<void> {
    const form = new URLSearchParams({ labels: labels.join(',') })
    await this.#send('PATCH', `/v1/sessions/${sessionId}/torrents/${infoHash}`, form)
  }

  async startTorrent(sessionId: string, infoHash: string): Promise<void> {
    await this.#send('POST', `/v1/sessions/${sessionId}/torrents/${infoHash}/start`)
  }

  async stopTorrent(sessionId: string, infoHash: string): Promise<void> {
    await this.#send('POST', `/v1/sessions/${sessionId}/torrents/${infoHash}/stop`)
  }

  async deleteTorrent(sessionId: string, infoHash: string): Promise<void> {
    await this.#send('DELETE', `/v1/sessions/${sessionId}/torrents/${infoHash}?delete_data=1`)
  }

  async deleteSession(sessionId: string): Promise<void> {
    await this.#send('DELETE', `/v1/sessions/${sessionId}`)
  }

  async torrents(sessionId: string): Promise<ListedTorrent[]> {
    const answer = await this.#send('GET', `/v1/sessions/${sessionId}/torrents`)
    return (answer as { torrents: ListedTorrent[] }).torrents
  }

  /** Settles when the list of a session has been the same for a while. */
  async settled(sessionId: string): Promise<void> {
    let before: string | null
    let now = await this.#listTag(sessionId)
    do {
      before = now
      await setTimeout(sameForMs)
      now = await this.#listTag(sessionId)
    } while (now !== before)
  }

  async sessions(): Promise<ListedSession[]> {
    return ((await this.#send('GET', '/v1/sessions')) as { sessions: ListedSession[] }).sessions
  }

  async session(id: string): Promise<ListedSession> {
    return (await this.#send('GET', `/v1/sessions/${id}`)) as ListedSession
  }

  async #listTag(sessionId: string): Promise<string | null> {
    const answer = await fetch(this.listUrl(sessionId), { method: 'HEAD' })
    return answer.headers.get('etag')
  }

  async #send(
    method: string,
    path: string,
    body: FormData | URLSearchParams | null = null,
  ): Promise<unknown> {
    const response = await fetch(`${this.address}${path}`, {
      method,
      body,
      signal: AbortSignal.timeout(answerWithinMs),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text)
  }
}
