/** Entry of the store's thread that can end the process at each step of the store. */
import { observeStoreSteps } from '../../src/worker/store/store-steps.ts'
import { reach } from './fail-points.ts'

observeStoreSteps((step) => reach(`store ${step}`))
await import('../../src/worker/store/entry.ts')
