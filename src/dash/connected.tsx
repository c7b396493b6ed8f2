import * as z from 'zod'
import { readTicket, signTicket } from '../access/ticket'
import { formatTime } from '../access/timestamps'
import { findOAuthClient, isFirstParty, publisherOf } from '../account/oauth/dash-client'
import { CONNECTED_PATH } from '../account/oauth/dash-domain'
import { describeScope } from '../account/scopes'
import { ConnectedPage } from '../pages/dashboard/connected'
import { PageError } from '../pages/page-error'
import { respondPage } from '../pages/respond'
import type { AppContext } from '../request/context'
import { reportEndedConnections } from '../request/events'
import { automaticPerson } from '../signin/automatic'
import { endConnections } from '../store/connected'
import type { Connection } from '../store/emulator/connections'
import { readPageFields } from './form'
import { redirectToLogin } from './login'
import { type SignedIn, signedIn } from './session'

const LIFETIME_SECONDS = 15 * 60
const ticketSchema = z.object({ identityNonce: z.string() })

/**
 * Handles `/profile/access-management/authorization`. GET shows the applications that a person has
 * authorized; POST with `grant` ends all grants of that grant's application.
 *
 * Dashboard: documented [D30].
 *
 * @throws PageError
 */
export async function connected(c: AppContext): Promise<Response> {
  const who = await signedIn(c)
  if (!who) return redirectToLogin(c, CONNECTED_PATH)
  if (c.req.method !== 'POST') return showConnected(c, who)
  const fields = await readPageFields(c)
  await requireOwnForm(c, who, fields.get('csrf') ?? '')
  const { emulator, stores } = c.var
  const connections = await emulator.connections.of(who.email)
  const revoked = connections.find(({ grantId }) => grantId === fields.get('grant'))
  if (!revoked) {
    throw new PageError(
      400,
      'Invalid form',
      'grant must belong to one of your connected applications.',
      'Open the page again.',
    )
  }
  const ended = await endConnections(emulator, stores, who.email, revoked.clientId)
  reportEndedConnections(c, who.email, ended, 'person')
  return showConnected(c, who, revoked)
}

// The ticket proves that the form comes from a page of this session.
async function requireOwnForm(c: AppContext, who: SignedIn, csrf: string): Promise<void> {
  const { now, ticketSecret } = c.var
  const claims = await readTicket(ticketSecret, 'dash-connected', csrf, now)
  const ticket = ticketSchema.safeParse(claims)
  // Automatic sign-in creates no session, and its nonce differs in every request.
  if (
    ticket.success &&
    ((await automaticPerson(c)) || ticket.data.identityNonce === who.identityNonce)
  )
    return
  throw new PageError(
    400,
    'This page is out of date',
    'The page was open for more than 15 minutes, or another person has logged in since.',
    'Open it again.',
  )
}

async function showConnected(c: AppContext, who: SignedIn, revoked?: Connection) {
  const { emulator, now, ticketSecret } = c.var
  const { email, identityNonce } = who
  const claims = { identityNonce }
  const csrf = await signTicket(ticketSecret, 'dash-connected', claims, now, LIFETIME_SECONDS)
  const connections = (await emulator.connections.of(email)).filter(
    ({ clientId }) => clientId !== revoked?.clientId,
  )
  return respondPage(c, 200, (nonce) => (
    <ConnectedPage
      nonce={nonce}
      csrf={csrf}
      email={email}
      applications={byClient(connections).map((each) => applicationOf(c, each))}
      revoked={revoked?.clientName}
    />
  ))
}

// Merges the grants of an application: its entry has the accounts and scopes of all of them.
function byClient(connections: readonly Connection[]): Connection[] {
  const found = new Map<string, Connection>()
  for (const each of connections) {
    const latest = found.get(each.clientId) ?? each
    found.set(each.clientId, {
      ...latest,
      accountIds: [...new Set([...latest.accountIds, ...each.accountIds])],
      scopes: [...new Set([...latest.scopes, ...each.scopes])],
    })
  }
  return [...found.values()]
}

function applicationOf(c: AppContext, connection: Connection) {
  const { configuration, settings } = c.var
  const { accountIds, authorizedAtSeconds, clientId, clientName, grantId, scopes } = connection
  const client = findOAuthClient(configuration.oauthClients, clientId)
  return {
    grantId,
    name: client?.client_name ?? clientName,
    publisher: client && publisherOf(client),
    accounts: accountIds.map((id) => settings.ACCOUNTS.find((each) => each.id === id)?.name ?? id),
    permissions: scopes.map((scope) => describeScope(scope).name),
    authorizedAt: formatTime(authorizedAtSeconds),
    isFirstParty: client !== undefined && isFirstParty(client),
  }
}
