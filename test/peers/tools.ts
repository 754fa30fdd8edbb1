/** What a machine offers to the tests: installed programs. */
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
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
  | 'cvlc'
  | 'sqlite3'

/** Whether a program (or, for libtorrent, its Python module) is installed. */
export function available(tool: Tool): boolean {
  if (tool === 'libtorrent') return (hasLibtorrent ??= importsLibtorrent())
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => isExecutable(join(folder, tool)))
}

/** Those of `tools` that are not installed. */
export function missing(tools: readonly Tool[]): Tool[] {
  return tools.filter((tool) => !available(tool))
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
