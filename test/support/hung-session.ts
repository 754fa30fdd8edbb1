/**
 * Entry of a session worker whose disk hangs below the folder `hung`: its thread waits in the kernel, in the
 * opening of the FIFO that `HUNG_ON` names, as soon as that folder is opened. The built worker has its own
 * copy of every module of ours, but not of Node's: there it is made.
 */
import fs, { openSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

type Call = (...parameters: unknown[]) => void

const calls = fs as unknown as Record<'open', Call>
const { open } = calls
calls.open = (path, ...rest) => {
  if (String(path).endsWith('/hung')) openSync(process.env['HUNG_ON'] ?? '', 'r')
  open(path, ...rest)
}
syncBuiltinESMExports()

await import(new URL('../../dist/worker-session.js', import.meta.url).href)
