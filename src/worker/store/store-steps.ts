/**
 * The steps between which a crash or a fault must lose nothing. Each is passed here, so that a test can
 * throw at one of them or end the process there.
 */
export type StoreStep =
  | 'before_begin'
  | 'before_commit'
  | 'after_commit'
  | 'before_create_rename'
  | 'before_copy_rename'
  | 'before_migration'
  | 'after_migration'

/** Is called at each step; what it throws is what the step fails with. */
export type StepObserver = (step: StoreStep) => void

let observer: StepObserver | undefined

/** Sets the one observer of the steps of this thread; for tests. Returns its own undo. */
export function observeStoreSteps(next: StepObserver): () => void {
  observer = next
  return () => {
    if (observer === next) observer = undefined
  }
}

/** Tells the observer that a step is reached. */
export function passStep(step: StoreStep): void {
  observer?.(step)
}
