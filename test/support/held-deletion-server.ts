/** The program whose task pool never deletes a file, see `held-deletion.ts`. */
import { runProgram } from '../../src/main/run-program.ts'
import { threadEntries } from '../../src/main/threads/entries.ts'

await runProgram(process.argv.slice(2), process.env, {
  ...threadEntries,
  tasks: new URL('./held-deletion.ts', import.meta.url),
})
