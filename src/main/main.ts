#!/usr/bin/env node
/**
 * The entry of the process. libuv's pool of file threads is shared by every session and is sized once,
 * at its first use: so the size is set before anything else is loaded.
 */
process.env['UV_THREADPOOL_SIZE'] ??= '64'

const { runProgram } = await import('./run-program.ts')
await runProgram(process.argv.slice(2), process.env)
