/** The program whose session workers hang on a disk, see `hung-session.ts`. */
process.env['UV_THREADPOOL_SIZE'] ??= '64'

const { runProgram } = await import('../../src/main/run-program.ts')
const { threadEntries } = await import('../../src/main/threads/entries.ts')
await runProgram(process.argv.slice(2), process.env, {
  ...threadEntries,
  session: new URL('./hung-session.ts', import.meta.url),
})
