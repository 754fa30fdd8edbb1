/**
 * Keeps out of the engine what a session does not use: native addons, one of which that is loaded in a thread
 * can end the whole process, and what would only take a session's memory.
 */
import { join } from 'node:path'
import type { Plugin } from 'esbuild'

const nothing = 'export default undefined'

/** What the engine imports, and what it finds in its place. */
const leftOut: Record<string, string> = {
  'utp-native': 'module.exports = {}',
  'webrtc-polyfill':
    'export const RTCPeerConnection = undefined, RTCSessionDescription = undefined, RTCIceCandidate = undefined',
  '@thaunknown/simple-peer/lite.js': 'export default {}',
  'bittorrent-tracker': 'export const Client = undefined',
  'bittorrent-lsd': nothing,
  'create-torrent': 'export default undefined; export const parseInput = undefined',
  'cross-fetch-ponyfill': nothing,
  'fs-chunk-store': nothing,
  'load-ip-set': nothing,
  ut_pex: nothing,
  // loaded by the sessions that have their ports forwarded
  '@silentbot1/nat-api': `export default class NatApi {
    #real
    constructor(options) { this.#real = import('@silentbot1/nat-api').then((real) => new real.default(options)) }
    async map(port) { return await (await this.#real).map(port) }
    async destroy() { return await (await this.#real).destroy() }
  }`,
}

const namespace = 'left-out'

export const leaveOut: Plugin = {
  name: 'leave-out',
  setup(bundle) {
    const { absWorkingDir = process.cwd() } = bundle.initialOptions
    bundle.onResolve(
      { filter: new RegExp(`^(${Object.keys(leftOut).join('|')})$`) },
      ({ path, importer }) => {
        return importer === path ? undefined : { path, namespace } // what stands for it may load it
      },
    )
    bundle.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: leftOut[path] ?? '',
      loader: 'js',
      resolveDir: join(absWorkingDir, 'node_modules/webtorrent'),
    }))
  },
}
