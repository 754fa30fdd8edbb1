/** What a machine offers to the tests: installed programs, and ports that nobody uses. */
import { spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { delimiter, join } from 'node:path'

/** The Python that Debian's libtorrent is installed for. */
export const python = '/usr/bin/python3'

export type Tool =
  | 'libtorrent'
  | 'transmission-daemon'
  | 'aria2c'
  | 'qbittorrent-nox'
  | 'opentracker'
  | 'ip'
  | 'chromium'
  | 'ffmpeg'

/** Whether a program (or, for libtorrent, its Python module) is installed. */
export function available(tool: Tool): boolean {
  if (tool === 'libtorrent') return (hasLibtorrent ??= importsLibtorrent())
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, tool)))
}

/** Those of `tools` that are not installed. */
export function missing(tools: readonly Tool[]): Tool[] {
  return tools.filter((tool) => !available(tool))
}

/** A port that was free a moment ago for TCP and for UDP. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, host)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const isFree = await bindsUdp(port, host)
    server.close()
    await once(server, 'close')
    if (isFree) return port
  }
}

async function bindsUdp(port: number, host: string): Promise<boolean> {
  const socket = createSocket('udp4')
  try {
    socket.bind(port, host)
    await once(socket, 'listening')
    return true
  } catch {
    // Somebody has the number for UDP: another one is tried.
    return false
  } finally {
    socket.close()
  }
}

let hasLibtorrent: boolean | undefined

function importsLibtorrent(): boolean {
  return spawnSync(python, ['-c', 'import libtorrent']).status === 0
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // Absent, which is what was asked.
    return false
  }
}
