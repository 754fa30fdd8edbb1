/** The settings of the host: in memory, and in the store before they are obeyed. */
import { changedFields, type FieldsOf } from '../../protocol/changed-fields.ts'
import type { HostSettings } from '../../protocol/host.ts'
import { Turns } from '../../protocol/turns.ts'
import type { Journal } from './journal.ts'

export class HostRecord {
  settings: HostSettings
  readonly #journal: Journal
  readonly #turns = new Turns()

  constructor(settings: HostSettings, journal: Journal) {
    this.settings = settings
    this.#journal = journal
  }

  /** Rejects with a disk code, and then nothing is changed. */
  async change(fields: FieldsOf<HostSettings>): Promise<void> {
    await this.#turns.take('host', async () => {
      const settings = changedFields(this.settings, fields)
      await this.#journal.write({ type: 'put_host', settings })
      this.settings = settings
    })
  }
}
