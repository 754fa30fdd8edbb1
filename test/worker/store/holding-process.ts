/** Opens the store of the folder that it is given, says so, and holds it until it is killed. */
import { openStore } from '../../../src/worker/store/store.ts'

await openStore(process.argv[2] ?? '')
console.log('open')
setInterval(() => undefined, 60_000)
