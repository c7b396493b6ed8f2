import { cors } from 'hono/cors'
import type { Endpoint, FaultSubject } from './access/faults'
import { isForeignOrigin } from './access/team-domain'
import { findOAuthClient } from './account/dash-client'
import type { AppContext } from './env'
import { isOfTheDashboard } from './fault-subject'

type Readers = { origin: '*' | string[]; credentials?: boolean }

/**
 * Lets those web pages read a fault's refusal that can read the endpoint's other answers: a page that
 * cannot is told of a broken network, and never of a status to try again after.
 */
export async function allowReaders(
  c: AppContext,
  endpoint: Endpoint,
  subject: FaultSubject,
): Promise<void> {
  const readers = readersOf(c, endpoint, subject)
  if (readers) await cors(readers)(c, async () => {})
}

function readersOf(
  c: AppContext,
  endpoint: Endpoint,
  { clientId, application }: FaultSubject,
): Readers | undefined {
  const { configuration } = c.var
  switch (endpoint) {
    case 'metadata':
    case 'keys':
    case 'registration':
    case 'token':
    case 'revocation': {
      // Access: observed [M17].
      if (!isOfTheDashboard(c)) return { origin: '*' }
      if (endpoint !== 'token' || clientId === undefined) return undefined
      const client = findOAuthClient(configuration.oauthClients, clientId)
      return client && { origin: client.allowed_cors_origins ?? [], credentials: true }
    }
    case 'application': {
      const id = application?.id
      const found = configuration.applications.find((each) => each.id === id)
      if (!found?.cors_headers) return undefined
      const { allow_all_origins, allow_credentials, allowed_origins } = found.cors_headers
      return { origin: allow_all_origins ? '*' : allowed_origins, credentials: allow_credentials }
    }
    case 'api': {
      const origin = c.req.header('origin')
      return origin !== undefined && !isForeignOrigin(origin) ? { origin: [origin] } : undefined
    }
    case 'authorization':
      return undefined
  }
}
