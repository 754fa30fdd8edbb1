/**
 * Records what this thread asks of its files, with the bytes. It observes Node's own calls: that is the last
 * place where they are seen before the kernel.
 */
import childProcess from 'node:child_process'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { dirname, join } from 'node:path'

/** One step; paths are absolute, as they really are. */
export type Traced =
  | { readonly type: 'create'; readonly path: string; readonly folder: boolean; readonly ino: bigint }
  | {
      readonly type: 'write'
      readonly path: string
      readonly position: number
      readonly bytes: Buffer
      readonly mtimeNs: bigint
    }
  | { readonly type: 'extend'; readonly path: string; readonly length: number; readonly mtimeNs: bigint }
  | { readonly type: 'sync'; readonly path: string; readonly folder: boolean }
  | { readonly type: 'unlink'; readonly path: string }

type Done = (error: Error | null, result?: number) => void
type Call = (...parameters: unknown[]) => void

/** Traces everything below `root` until it is told to stop. */
export function traceFiles(root: string, onStep: (step: Traced) => void): () => void {
  const calls = fs as unknown as Record<string, Call>
  const kept: [name: string, original: Call][] = []
  const pathOf = (fd: unknown): string => fs.readlinkSync(`/proc/self/fd/${String(fd)}`)
  const realPath = (path: unknown): string => {
    const named = String(path)
    const match = /^\/proc\/self\/fd\/(\d+)\/(.+)$/.exec(named)
    return match === null ? named : join(pathOf(match[1]), match[2] ?? '')
  }
  const observe = (name: string, after: (parameters: unknown[], result: number) => void): void => {
    const original = calls[name]
    if (original === undefined) throw new Error(`no ${name}`)
    kept.push([name, original])
    calls[name] = (...parameters) => {
      const done = parameters.pop() as Done
      original(...parameters, (error: Error | null, result?: number) => {
        if (error === null) after(parameters, result ?? 0)
        done(error, result)
      })
    }
  }
  const known = new Set<string>([root])
  const create = (path: string, folder: boolean): void => {
    if (known.has(path) || !path.startsWith(root)) return
    known.add(path)
    onStep({ type: 'create', path, folder, ino: fs.statSync(path, { bigint: true }).ino })
  }
  observe('mkdir', ([path]) => create(realPath(path), true))
  observe('open', (_, fd) => {
    const path = pathOf(fd)
    if (fs.fstatSync(fd).isFile()) create(path, false)
  })
  observe('write', ([fd, bytes, offset, length, position], written) => {
    const path = pathOf(fd)
    if (!known.has(path)) return
    const start = Number(offset)
    const content = Buffer.from(
      (bytes as Uint8Array).subarray(start, start + Math.min(Number(length), written)),
    )
    const { mtimeNs } = fs.fstatSync(Number(fd), { bigint: true })
    onStep({ type: 'write', path, position: Number(position), bytes: content, mtimeNs })
  })
  observe('fsync', ([fd]) => {
    const path = pathOf(fd)
    if (path === dirname(root) || !path.startsWith(root)) return
    onStep({ type: 'sync', path, folder: fs.fstatSync(Number(fd)).isDirectory() })
  })
  const { spawn } = childProcess
  const observedSpawn = (command: string, parameters: string[], options: childProcess.SpawnOptions) => {
    const child = spawn(command, parameters, options)
    if (command !== 'fallocate') return child
    const fd = Number(options.stdio?.[3]) // see reserve-file.ts
    const path = pathOf(fd)
    child.once('close', (status) => {
      const { mtimeNs } = fs.fstatSync(fd, { bigint: true })
      if (status === 0) onStep({ type: 'extend', path, length: Number(parameters[1]), mtimeNs })
    })
    return child
  }
  Object.assign(childProcess, { spawn: observedSpawn })
  observe('unlink', ([path]) => onStep({ type: 'unlink', path: realPath(path) }))
  syncBuiltinESMExports()
  return () => {
    for (const [name, original] of kept) calls[name] = original
    Object.assign(childProcess, { spawn })
    syncBuiltinESMExports()
  }
}
