// The exchange of the API over Socket.IO: create a session, add a torrent, list it, delete it, delete the session.
// usage: node examples/exchange.mjs [base URL] [magnet link or .torrent file]
import { readFileSync } from 'node:fs'
import { io } from 'socket.io-client'

const base = process.argv[2] ?? 'http://127.0.0.1:3000'
const source = process.argv[3] ?? 'magnet:?xt=urn:btih:6f8cd699135b491513e65d967a052a7087750d9c'
const socket = io(base, { transports: ['websocket'], reconnection: false })
let calls = 0

/** Sends one command and gives its answer: the event `v1` that carries the same `t_id`. */
function call(command, parameters = {}) {
  const t_id = String(++calls)
  return new Promise((resolve, reject) => {
    socket.on('v1', function take(answer) {
      if (answer.t_id !== t_id) return
      socket.off('v1', take)
      console.log(JSON.stringify(answer))
      if (answer.status === 'success') resolve(answer)
      else reject(new Error(`${answer.error.code}: ${answer.message}`))
    })
    socket.emit('v1', { t_id, command, ...parameters })
  })
}

try {
  const { session } = await call('create_session', {
    port_range: '6881,6891',
    memory_only: 0,
    name: 'example',
  })
  const session_id = session.id
  const what = source.startsWith('magnet:') ? { magnet: source } : { file: readFileSync(source) }
  const { info_hash } = await call('upload_torrent', { session_id, save_path: 'example', ...what })
  await call('get_torrent_list', { session_id })
  await call('delete_torrent', { session_id, info_hash })
  await call('delete_session', { session_id })
  await call('get_session_list')
} finally {
  socket.disconnect()
}
