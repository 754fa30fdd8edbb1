/** Sessions and torrents of a server under test, as most tests want them. */
import type { CommandOutput } from '../../src/protocol/commands.ts'
import type { SessionView } from '../../src/protocol/session.ts'
import type { Face, Parameters } from './faces.ts'
import { freePort } from './ports.ts'
import { eventually } from './suite.ts'

const portsToTry = 20
const changeWithinMs = 20_000

export type Torrent = CommandOutput<'get_torrent'>

/** A session on a port that is free, without the DHT unless it is asked for. */
export async function openSession(face: Face, parameters: Parameters = {}): Promise<SessionView> {
  const first = await freePort()
  const range = { port_range: `${first},${first + portsToTry}` }
  return (await face.call('create_session', { ...range, dht: 0, ...parameters })).session
}

/** Adds a torrent and gives its row as it was answered; its save path is `here` unless it is said. */
export async function addTorrent(
  face: Face,
  session: SessionView,
  parameters: Parameters,
): Promise<CommandOutput<'upload_torrent'>> {
  return await face.call('upload_torrent', { session_id: session.id, save_path: 'here', ...parameters })
}

/** The torrent as soon as `holds` is true of it; the message of a failure tells what it is like at the end. */
export async function whenTorrent(
  face: Face,
  session: SessionView,
  infoHash: string,
  holds: (torrent: Torrent) => boolean,
): Promise<Torrent> {
  let last: Torrent | undefined
  try {
    return await eventually(changeWithinMs, `torrent ${infoHash}`, async () => {
      last = await face.call('get_torrent', { session_id: session.id, info_hash: infoHash })
      return holds(last) && last
    })
  } catch (error) {
    const at = await face.ask('get_session', { session_id: session.id }).catch(String)
    throw new Error(`${String(error)}: ${JSON.stringify(last)} of ${JSON.stringify(at)}`, { cause: error })
  }
}

/** The torrent as soon as it is in this state. */
export async function whenState(
  face: Face,
  session: SessionView,
  infoHash: string,
  state: Torrent['state'],
): Promise<Torrent> {
  return await whenTorrent(face, session, infoHash, (torrent) => torrent.state === state)
}
