/** The setting `tracker_proxy` as callers write it; apart from how it is read, which session workers load. */
import * as z from 'zod'
import { parseTrackerProxy } from './tracker-proxy.ts'

const form = 'must be http://host:port, socks5://host:port or socks5://user:password@host:port, or empty'

/** The setting; empty: none. */
export const trackerProxySetting = z
  .string({ error: form })
  .max(1024, { error: form })
  .trim()
  .refine((text) => text === '' || parseTrackerProxy(text) !== undefined, { error: form })
