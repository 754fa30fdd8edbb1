/** Reads a part of a file in steps of 1 MiB and hashes each: `node bench/hash-part.ts <file> <from MiB> <MiB>`. */
import { hash } from 'node:crypto'
import { openSync, readSync } from 'node:fs'

const step = 1024 * 1024
const [path = '', from = '0', count = '0'] = process.argv.slice(2)
const file = openSync(path, 'r')
const bytes = Buffer.allocUnsafe(step)
for (let at = Number(from); at < Number(from) + Number(count); at += 1) {
  readSync(file, bytes, 0, step, at * step)
  hash('sha1', bytes, 'buffer')
}
