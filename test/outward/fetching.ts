/** What the tests of the outward folder share: policies, and a fetch that must fail in a given way. */
import * as assert from 'uvu/assert'
import { guardedFetch, type FetchOptions } from '../../src/outward/guarded-fetch.ts'
import { createAddressPolicy } from '../../src/protocol/address-policy.ts'
import { RestTorrentError, type ErrorCode } from '../../src/protocol/errors.ts'
import { within } from '../support/suite.ts'

/** Public addresses and 127/8. */
export const loopbackPolicy = createAddressPolicy(['127.0.0.0/8'])

/** Public addresses and 127.0.0.2, which stands for the public world that tests must not dial. */
export const outsidePolicy = createAddressPolicy(['127.0.0.2/32'])

/** Fetches with loopback allowed and a cap of 100,000 bytes, within ten seconds. */
export async function fetchLocal(
  url: string,
  options: Partial<FetchOptions> = {},
): ReturnType<typeof guardedFetch> {
  return await within(
    10_000,
    url,
    guardedFetch(url, { policy: loopbackPolicy, maxBytes: 100_000, ...options }),
  )
}

/** The error of a fetch that must fail with this code; its message must match. */
export async function failedFetch(
  url: string,
  options: Partial<FetchOptions>,
  code: ErrorCode,
  message: RegExp,
): Promise<RestTorrentError> {
  const error: unknown = await fetchLocal(url, options).then(
    () => assert.unreachable(`${url} was fetched`),
    (failure: unknown) => failure,
  )
  assert.instance(error, RestTorrentError)
  if (!(error instanceof RestTorrentError)) throw error
  assert.is(error.code, code, `${url}: ${error.message}`)
  assert.match(error.message, message)
  return error
}
