/** The commands on webhooks: those of other keys are as those that are not there. */
import { randomBytes } from 'node:crypto'
import { parseFetchableUrl } from '../../outward/outward-request.ts'
import { isRefusedLiteral } from '../../outward/resolve.ts'
import type { AddressPolicy } from '../../protocol/address-policy.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { WebhookRecord } from '../../protocol/webhook.ts'
import type { Access } from '../access/access.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'
import type { Handlers } from './reply.ts'

type WebhookHandlers = Pick<
  Handlers,
  'create_webhook' | 'get_webhooks' | 'update_webhook' | 'delete_webhook' | 'test_webhook' | 'get_deliveries'
>

/** The handlers of the commands on webhooks. `hasSession` is asked for callers that see all, `policy` of each URL. */
export function webhookHandlers(
  webhooks: Webhooks,
  hasSession: (id: string) => boolean,
  policy: AddressPolicy,
): WebhookHandlers {
  const find = (id: string, access: Access): WebhookRecord => {
    const record = webhooks.get(id)
    if (record !== undefined && covers(access, record)) return record
    throw new RestTorrentError('webhook_not_found', 'webhook not found')
  }
  const assertSession = (id: string | undefined): void => {
    if (id === undefined || hasSession(id)) return
    throw new RestTorrentError('session_not_found', 'session not found')
  }
  return {
    create_webhook: async (
      { url, events, session_id, secret = randomBytes(32).toString('hex') },
      { access },
    ) => {
      assertSession(session_id)
      const record = await webhooks.create({
        url: checkedUrl(url, policy),
        events,
        sessionId: session_id,
        secret,
        owner: access.key,
      })
      return { value: { webhook: webhooks.view(record), secret } }
    },
    get_webhooks: ({ session_id }, { access }) => {
      assertSession(session_id)
      const listed = webhooks
        .list()
        .filter((record) => covers(access, record))
        .filter(({ webhook }) => session_id === undefined || webhook.session_id === session_id)
      return { value: { webhooks: listed.map((record) => webhooks.view(record)) } }
    },
    update_webhook: async ({ webhook_id, url, secret, ...changes }, { access }) => {
      const { webhook, owner, secret: before } = find(webhook_id, access)
      const { events = webhook.events, active = webhook.active } = changes
      const changed = {
        ...webhook,
        events,
        active,
        url: url === undefined ? webhook.url : checkedUrl(url, policy),
      }
      const record = { webhook: changed, secret: secret ?? before, owner }
      await webhooks.update(record)
      return { value: { webhook: webhooks.view(record) } }
    },
    delete_webhook: async ({ webhook_id }, { access }) => {
      find(webhook_id, access)
      await webhooks.remove(webhook_id)
      return { value: {} }
    },
    test_webhook: ({ webhook_id }, { access }) => {
      find(webhook_id, access)
      const delivery = webhooks.test(webhook_id)
      if (delivery === undefined)
        throw new RestTorrentError('overloaded', 'too many deliveries wait for the webhook')
      return { value: { delivery } }
    },
    get_deliveries: ({ webhook_id, state, limit }, { access }) => {
      find(webhook_id, access)
      const deliveries = webhooks
        .deliveries(webhook_id)
        .filter((one) => state === undefined || one.state === state)
        .slice(0, limit)
      return { value: { deliveries } }
    },
  }
}

function covers(access: Access, { owner }: WebhookRecord): boolean {
  return (access.seesAll && access.scope === 'admin') || (owner !== null && owner === access.key)
}

function checkedUrl(url: string, policy: AddressPolicy): string {
  const parsed = parseFetchableUrl(url)
  if (parsed === undefined)
    throw new RestTorrentError(
      'invalid_parameter',
      'parameter url: must be http or https and hold no credentials',
    )
  if (isRefusedLiteral(parsed.hostname, policy))
    throw new RestTorrentError(
      'address_not_allowed',
      `address ${parsed.hostname} of url is not public: RESTTORRENT_ALLOW_PRIVATE opens others`,
    )
  return parsed.href
}
