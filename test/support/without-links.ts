/**
 * Loaded before all else, by `--import`, into every thread of a process: a file system that gives no file a second
 * name, and on which the process is killed once a file of the name in `KILLED_AFTER_RENAME` has got another one.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename } from 'node:path'

const { rename } = fs
const last = process.env['KILLED_AFTER_RENAME']

const refuse = (_from: unknown, _to: unknown, done: fs.NoParamCallback): void => {
  process.nextTick(
    done,
    Object.assign(new Error('no links here'), { code: 'EPERM', errno: -1, syscall: 'link' }),
  )
}
const renameAndEnd = (from: fs.PathLike, to: fs.PathLike, done: fs.NoParamCallback): void => {
  rename(from, to, (error) => {
    if (error === null && basename(String(to)) === last) process.kill(process.pid, 'SIGKILL')
    done(error)
  })
}

Object.assign(fs, { link: refuse, rename: renameAndEnd })
syncBuiltinESMExports()
