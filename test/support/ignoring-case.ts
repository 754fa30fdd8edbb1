/**
 * Loaded before all else, by `--import`, into every thread of a process: what lies below the folder that
 * `CASE_IGNORED_BELOW` names is found under its name in any case, and keeps the one that it was made with. The process
 * is killed before a file gets a second name whose first one begins with `KILLED_BEFORE_LINK`.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename, dirname, join } from 'node:path'

const root = process.env['CASE_IGNORED_BELOW'] ?? ''
const doomed = process.env['KILLED_BEFORE_LINK']
const { readdirSync } = fs

/** The path as it is on disk. */
function stored(path: string): string {
  const isBelow = path.startsWith(`${root}/`) || /^\/proc\/self\/fd\/\d+\/./.test(path)
  if (!isBelow) return path
  const [folder, name] = [stored(dirname(path)), basename(path)]
  const names = namesIn(folder)
  const found = names.includes(name) ? name : names.find((one) => one.toLowerCase() === name.toLowerCase())
  return join(folder, found ?? name)
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return [] // it is absent, or no folder
  }
}

const ofOnePath = ['open', 'openSync', 'lstat', 'lstatSync', 'unlink', 'mkdir', 'mkdirSync', 'rmdir'] as const
const ofTwoPaths = ['link', 'rename'] as const

for (const [names, paths] of [
  [ofOnePath, 1],
  [ofTwoPaths, 2],
] as const)
  for (const name of names) {
    const call = fs[name] as (...given: unknown[]) => unknown
    const translated = (...given: unknown[]): unknown => {
      if (name === 'link' && doomed !== undefined && basename(String(given[0])).startsWith(doomed))
        process.kill(process.pid, 'SIGKILL')
      return call(...given.map((one, at) => (at < paths && typeof one === 'string' ? stored(one) : one)))
    }
    Object.assign(fs, { [name]: translated })
  }
syncBuiltinESMExports()
