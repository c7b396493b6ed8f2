import { pathOf, type Send } from './control.ts'
import type { ClientReport, Grant, RegisteredClient, Session } from './responses.ts'

/** The methods of stored records: clients, grants, sessions and the DNS zone. */
export type RecordMethods = {
  clients: {
    list(): Promise<RegisteredClient[]>
    /** Deletes a client as if it had never registered. Its grants end with all their tokens. */
    forget(id: string): Promise<void>
    /** Reports which rules of the MCP specification and the RFCs the client follows. */
    report(id: string): Promise<ClientReport>
  }
  grants: {
    list(): Promise<Grant[]>
    /** Ends a grant with all its tokens. */
    end(id: string): Promise<void>
    /** Ends one access token; the grant continues. */
    endToken(id: string, tokenId: string): Promise<void>
  }
  sessions: { list(): Promise<Session[]>; end(id: string): Promise<void> }
  dns: {
    /** Returns the emulated zone: TXT records by host, which verify the domains of OAuth clients. */
    get(): Promise<Record<string, string[]>>
    set(zone: Record<string, string[]>): Promise<void>
  }
}

/** Returns the methods of the stored records. */
export function recordMethodsBy(send: Send): RecordMethods {
  return {
    clients: {
      list: () => allPages(send, 'clients'),
      forget: (id) => send('DELETE', pathOf('clients', id)),
      report: (id) => send('GET', `${pathOf('clients', id)}/report`),
    },
    grants: {
      list: () => allPages(send, 'grants'),
      end: (id) => send('DELETE', pathOf('grants', id)),
      endToken: (id, tokenId) => send('DELETE', pathOf('grants', id, 'tokens', tokenId)),
    },
    sessions: {
      list: () => allPages(send, 'sessions'),
      end: (id) => send('DELETE', pathOf('sessions', id)),
    },
    dns: {
      get: () => send('GET', 'dns'),
      set: (zone) => send('PUT', 'dns', zone),
    },
  }
}

type Lists = { clients: RegisteredClient; grants: Grant; sessions: Session }

async function allPages<N extends keyof Lists>(send: Send, name: N): Promise<Lists[N][]> {
  const all: Lists[N][] = []
  let cursor: string | undefined
  do {
    const query = cursor ? `?cursor=${encodeURIComponent(cursor)}` : ''
    const page = await send<{ [name in N]: Lists[N][] } & { cursor?: string }>('GET', name + query)
    all.push(...page[name])
    cursor = page.cursor
  } while (cursor)
  return all
}
