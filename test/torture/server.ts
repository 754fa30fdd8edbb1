/** The server as a process of its own whose threads obey a doom, see `fail-points.ts`. */
import pino from 'pino'
import { parseSettings } from '../../src/main/parse-settings.ts'
import { startProgram } from '../../src/main/program.ts'
import { threadEntries } from '../../src/main/threads/entries.ts'

const parsed = parseSettings(process.argv.slice(2), process.env)
if (parsed.kind !== 'settings') throw new Error(parsed.text)
const here = (file: string): URL => new URL(file, import.meta.url)
const program = await startProgram(parsed.settings, pino({ base: null }), {
  ...threadEntries,
  store: here('./doomed-store.ts'),
  session: here('./doomed-session.ts'),
  tasks: here('./doomed-tasks.ts'),
})
void program.failed.then((error) => {
  throw error
})
