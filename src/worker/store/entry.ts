/**
 * Entry of the store worker: one thread, one store. What is thrown and is no fault that a caller can act on
 * is a bug: it is written out here with its stack, and main sees it as `internal`.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { AuditQuery } from '../../protocol/audit.ts'
import type { AnswerQuery } from '../../protocol/idempotency.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { HistoryQuery } from '../../protocol/history.ts'
import type { LoadCursor, StoreApi, StoreBoot, StoreOperation } from '../../protocol/store-rpc.ts'
import { expose } from '../expose.ts'
import { openStore, type Store } from './store.ts'

const { dataDir } = workerData as StoreBoot
let store: Store | undefined

const api: StoreApi = {
  open: () =>
    logged(async () => {
      store = await openStore(dataDir)
      return store.opening
    }),
  write: (operations: readonly StoreOperation[]) => logged(() => opened().write(operations)),
  load: (cursor?: LoadCursor) => logged(() => opened().load(cursor)),
  loadAudit: (query: AuditQuery) => logged(() => opened().loadAudit(query)),
  loadKeys: () => logged(() => opened().loadKeys()),
  loadTransfers: () => logged(() => opened().loadTransfers()),
  loadHost: () => logged(() => opened().loadHost()),
  loadJobs: () => logged(() => opened().loadJobs()),
  loadAnswer: (query: AnswerQuery) => logged(() => opened().loadAnswer(query)),
  loadHistory: (query: HistoryQuery) => logged(() => opened().loadHistory(query)),
  loadWebhooks: () => logged(() => opened().loadWebhooks()),
  backup: () => logged(() => opened().backup()),
  close: () => logged(async () => await store?.close()),
}

function opened(): Store {
  if (store === undefined) throw new Error('the store is not open')
  return store
}

async function logged<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof RestTorrentError)) console.error(error)
    throw error
  }
}

if (parentPort) expose(api, parentPort)
