/** A change of one file of the engine, at exactly one place of its text. */
export interface Patch {
  /** The file, below `node_modules/`. */
  readonly file: string
  /** What is there, which must be found once. */
  readonly find: string
  readonly replacement: string
}
