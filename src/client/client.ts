/** The package's export `resttorrent/client`: everything that a program needs to use a server. */
export { commands, type CommandName, type CommandOutput } from '../protocol/commands.ts'
export { errorStatus, RestTorrentError, type ErrorCode } from '../protocol/errors.ts'
export type { LiveEvent, LiveUpdate } from '../protocol/live.ts'
export type { SessionView } from '../protocol/session.ts'
export type { TorrentDetail, TorrentRow } from '../protocol/torrent.ts'
export { LiveState } from './live-state.ts'
export { createClient, type Client, type ClientOptions, type CommandParameters } from './rest-client.ts'
export {
  createSocketClient,
  type Followed,
  type FollowParameters,
  type SocketClient,
} from './socket-client.ts'
