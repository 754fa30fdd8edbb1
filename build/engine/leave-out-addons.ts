/** Keeps native addons out of the engine: one that is loaded in a thread can end the whole process. */
import type { Plugin } from 'esbuild'

/** What the engine imports and a thread must not load, and what it finds in its place. */
const leftOut: Record<string, string> = {
  'utp-native': 'module.exports = {}',
  'webrtc-polyfill':
    'export const RTCPeerConnection = undefined, RTCSessionDescription = undefined, RTCIceCandidate = undefined',
}

export const leaveOutAddons: Plugin = {
  name: 'leave-out-addons',
  setup(bundle) {
    bundle.onResolve({ filter: new RegExp(`^(${Object.keys(leftOut).join('|')})$`) }, ({ path }) => ({
      path,
      namespace: 'left-out',
    }))
    bundle.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => ({
      contents: leftOut[path] ?? '',
      loader: 'js',
    }))
  },
}
