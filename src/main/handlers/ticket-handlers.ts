/** The command that makes tickets for event streams. */
import type { Tickets } from '../access/tickets.ts'
import type { Handlers } from './reply.ts'

/** The handler of `create_ticket`. */
export function ticketHandlers(tickets: Tickets): Pick<Handlers, 'create_ticket'> {
  return {
    create_ticket: (_, { access }) => {
      const { ticket, expiresAt } = tickets.issue(access)
      return { value: { ticket, expires_at: expiresAt } }
    },
  }
}
