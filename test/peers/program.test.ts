import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { Program } from './program.ts'
import { available, missing, type Tool } from './tools.ts'
import { freePort } from '../support/ports.ts'

const programs = suite('test/peers/program')
const node = process.execPath
const waitMs = 10_000

programs('a line on its output is heard and its output is kept', async () => {
  const lines: string[] = []
  const echo = 'process.stdin.pipe(process.stdout)'
  const program = new Program(node, ['-e', echo], { onLine: (line) => lines.push(line) })
  program.tell('one')
  program.tell('two')
  await program.until(waitMs, 'two lines', () => lines.length === 2 || undefined)
  assert.equal(lines, ['one', 'two'])
  assert.is(program.output(), 'one\ntwo\n')
  await program.stop()
})

programs('a wait fails with the output when the program ends', async () => {
  const program = new Program(node, ['-e', 'console.error("no port left"); process.exitCode = 3'])
  const error = await failure(program.until(waitMs, 'ready', () => undefined))
  assert.match(error, /ended with 3/)
  assert.match(error, /no port left/)
  await program.stop()
})

programs('a wait fails at its deadline and names what it waited for', async () => {
  const program = new Program(node, ['-e', 'setInterval(() => {}, 1000)'])
  assert.match(await failure(program.until(50, 'a miracle', () => undefined)), /a miracle/)
  await program.stop()
})

programs('a program that ignores the request to end is killed', async () => {
  const stubborn = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("ready")'
  const program = new Program(node, ['-e', stubborn])
  await program.until(waitMs, 'ready', () => program.output() !== '' || undefined)
  await program.stop()
  assert.match(await failure(program.until(waitMs, 'more', () => undefined)), /SIGKILL/)
})

programs('a program that does not exist fails its first wait and stops', async () => {
  const program = new Program('no-such-program', [])
  assert.match(await failure(program.until(waitMs, 'ready', () => undefined)), /cannot start/)
  await program.stop()
})

programs('what is not installed is known', () => {
  const unknown = 'no-such-program' as Tool
  assert.not(available(unknown))
  assert.equal(missing([unknown]), [unknown])
})

programs('a free port is a port', async () => {
  const port = await freePort()
  assert.ok(port > 0 && port < 65_536)
})

async function failure(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => assert.unreachable('it did not fail') as never,
    (error: unknown) => String(error),
  )
}

programs.run()
