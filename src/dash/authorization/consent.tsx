import * as z from 'zod'
import { readTicket } from '../../access/ticket'
import { publisherOf } from '../../account/oauth/dash-client'
import { CONNECTED_PATH } from '../../account/oauth/dash-domain'
import { CATEGORIES, describeScope } from '../../account/scopes'
import { PermissionsPage } from '../../pages/dashboard/permissions'
import { PageError } from '../../pages/page-error'
import { respondPage } from '../../pages/respond'
import type { AppContext } from '../../request/context'
import { coverRequest } from '../../request/events'
import { oneOf, readPageFields } from '../form'
import { type SignedIn, signedInByCookie } from '../session'
import { proceed, selectableAccounts } from './authorize'
import type { Consent } from './grant'
import { type AuthorizationRequest, readAuthorizationRequest } from './request'

const ticketSchema = z.object({ query: z.string(), identityNonce: z.string() })

/**
 * Handles `/oauth2/consent`. GET shows the permissions and accounts; POST takes `action` (`authorize`
 * or `cancel`) and repeated `account` and `scope` fields.
 *
 * Dashboard: observed [D15, D17]. The ticket is bound to the session for which it was made, so a form
 * of another site cannot use it.
 *
 * @throws PageError, AuthorizationError
 */
export async function consent(c: AppContext): Promise<Response> {
  const { now, ticketSecret, url } = c.var
  const text = url.searchParams.get('request') ?? ''
  const ticket = ticketSchema.safeParse(await readTicket(ticketSecret, 'dash-consent', text, now))
  const who = await signedInByCookie(c)
  if (!ticket.success || who?.identityNonce !== ticket.data.identityNonce) throw stale()
  const { query } = ticket.data
  // Checked again, because the client may have changed while the page was open.
  const request = readAuthorizationRequest(c, query)
  if (c.req.method !== 'POST') {
    // The request that led here has reported this step.
    coverRequest(c)
    return showConsent(c, request, who)
  }
  const fields = await readPageFields(c)
  const action = oneOf(fields, 'action', ['authorize', 'cancel'])
  return proceed(
    c,
    query,
    request,
    action === 'cancel' ? 'cancel' : chosen(c, request, who, fields),
  )
}

// Dashboard: documented [D16]. The person can decline optional scopes.
function chosen(
  c: AppContext,
  { client, scopes }: AuthorizationRequest,
  who: SignedIn,
  fields: URLSearchParams,
): Consent {
  const selectable = new Set(selectableAccounts(c, who).map(({ id }) => id))
  const accountIds = [...new Set(fields.getAll('account'))]
  if (!accountIds.every((id) => selectable.has(id))) {
    throw new PageError(
      400,
      'Invalid form',
      'account must be one of your accounts.',
      'Go back, and select accounts on the page.',
    )
  }
  // Assumed: a person without accounts can still grant the scopes of their own user.
  if (accountIds.length === 0 && selectable.size > 0) {
    throw new PageError(400, 'No account', 'Select at least one account to authorize, or cancel.')
  }
  const optional = new Set(client.optional_scopes)
  const selected = new Set(fields.getAll('scope'))
  const granted = scopes.filter((scope) => !optional.has(scope) || selected.has(scope))
  if (granted.length === 0) {
    const message = 'Select at least one permission to authorize, or cancel.'
    throw new PageError(400, '0 total permissions', message)
  }
  return { accountIds, scopes: granted }
}

function showConsent(c: AppContext, request: AuthorizationRequest, who: SignedIn) {
  const { client, scopes, target } = request
  const { host, protocol } = target.redirectUri.url
  const optional = new Set(client.optional_scopes)
  return respondPage(
    c,
    200,
    (nonce) => (
      <PermissionsPage
        nonce={nonce}
        client={{
          id: client.client_id,
          name: client.client_name,
          logoUri: client.logo_uri,
          policyUri: client.policy_uri,
          tosUri: client.tos_uri,
          clientUri: client.client_uri,
        }}
        publisher={publisherOf(client)}
        email={who.email}
        accounts={selectableAccounts(c, who).map(({ id, name }) => ({
          id,
          name,
          isSelectable: true,
        }))}
        permissions={scopes.map((scope) => {
          const { id, name, category } = describeScope(scope)
          const isOptional = optional.has(scope)
          return { id, name, category: CATEGORIES[category] ?? category, isOptional }
        })}
        redirectHost={host || protocol}
        connectedPath={CONNECTED_PATH}
      />
    ),
    { withScript: true, imageOrigin: client.logo_uri && new URL(client.logo_uri).origin },
  )
}

function stale(): PageError {
  return new PageError(
    400,
    'This page is out of date',
    'The page was open for more than 15 minutes, or another person has logged in since.',
    'Start again from the application.',
  )
}
