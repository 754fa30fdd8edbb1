import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as assert from 'uvu/assert'
import { writeClientTypes } from '../../build/client-types.ts'
import { startTestServer } from '../support/server.ts'
import { openSession } from '../support/sessions.ts'
import { suite, temporaryFolder } from '../support/suite.ts'

const published = suite('resttorrent/client')
const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')

published('a project that has the package compiles against it and runs', async () => {
  await using server = await startTestServer()
  const session = await openSession(server.rest)
  const folder = temporaryFolder()
  writeClientTypes()
  execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder], { cwd: root })
  const [tarball = ''] = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  const packages = join(folder, 'node_modules')
  mkdirSync(join(packages, 'resttorrent'), { recursive: true })
  execFileSync('tar', [
    '-xzf',
    join(folder, tarball),
    '-C',
    join(packages, 'resttorrent'),
    '--strip-components=1',
  ])
  for (const name of ['zod', 'ipaddr.js']) symlinkSync(join(root, 'node_modules', name), join(packages, name))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const program = (parameters: string): string => `
import { createClient, type SessionView } from 'resttorrent/client'
const client = createClient(process.argv[2] ?? '')
const session_id = process.argv[3] ?? ''
const view: SessionView = await client.call('get_session', ${parameters})
console.log(view.id)
`
  writeFileSync(join(folder, 'right.ts'), program('{ session_id }'))
  writeFileSync(join(folder, 'wrong.ts'), program('{ session_id, no_such_parameter: 1 }'))
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')]
  const check = async (...files: string[]): Promise<string> => {
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    const options = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      ...types,
    ]
    const run = execute(process.execPath, [tsc, ...options, ...files], { cwd: folder })
    return (await run.catch((error: unknown) => error as { stdout: string })).stdout
  }
  const found = await check('right.ts', 'wrong.ts')
  assert.match(found, /^wrong\.ts.*no_such_parameter/)
  assert.not.match(found, /right\.ts/)
  const { stdout } = await execute(process.execPath, ['right.ts', server.address, session.id], {
    cwd: folder,
  })
  assert.is(stdout.trim(), session.id)
})

published.run()
