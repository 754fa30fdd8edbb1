import { hostSettings, noHostLimits, type HostSettings } from '../../protocol/host.ts'
import { jsonColumn } from './json-column.ts'

/** Where the settings of the host stand among what is kept once. */
export const hostKey = 'host_settings'

/** The settings in a row; none were ever kept without it. */
export function readHost(row: Record<string, unknown> | undefined): HostSettings {
  const read = jsonColumn(hostSettings).safeParse(row?.['value'])
  return read.success ? read.data : noHostLimits
}
