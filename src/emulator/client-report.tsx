import { wholeSeconds } from '../access/duration'
import { formatTime } from '../access/timestamps'
import { ClientReportPage } from '../pages/console/client-report'
import { PageError } from '../pages/page-error'
import { respondPage } from '../pages/respond'
import { type ClientReport, clientReport } from '../report'
import type { AppContext } from '../request/context'
import type { Client } from '../store/clients'
import { clientNotFound } from './not-found'
import { prefersPage } from './prefers-page'
import { respond } from './respond'

/**
 * Handles `GET /_emulator/clients/{id}/report`: checks the behaviour of a client of Managed OAuth against
 * the MCP specification and the RFCs. Browsers get a page, other callers JSON.
 *
 * @throws OAuthError `not_found`, PageError
 */
export async function showClientReport(c: AppContext): Promise<Response> {
  const { emulator, now, settings, stores, url } = c.var
  const id = c.req.param('id') ?? ''
  const isPage = prefersPage(c)
  c.header('Vary', 'Accept', { append: true })
  const client = await stores.clients.find(id)
  if (!client) throw unknown(id, isPage)
  const { clientId, grantTypes, issuedAtSeconds, name, redirectUris } = client
  const report = clientReport(
    await emulator.events.latest(),
    { id: clientId, name, redirectUris, grantTypes },
    { now, codeLifetimeSeconds: wholeSeconds(settings.CODE_LIFETIME) },
  )
  if (!isPage) return respond(c, 'GET clients/{id}/report', view(client, report))
  return respondPage(c, 200, (nonce) => (
    <ClientReportPage
      nonce={nonce}
      client={{ id, name, redirectUris, registeredAt: formatTime(issuedAtSeconds) }}
      checks={report.checks}
      address={url.origin + url.pathname}
    />
  ))
}

function unknown(id: string, isPage: boolean): Error {
  if (!isPage) return clientNotFound(id)
  return new PageError(
    404,
    'Unknown client',
    `No client with the id ${id.slice(0, 100)} is registered with Managed OAuth.`,
    'Connect the client again if the emulator was reset. The console lists the registered clients.',
  )
}

function view(client: Client, { checks, summary }: ClientReport) {
  return {
    client: {
      id: client.clientId,
      name: client.name,
      redirect_uris: client.redirectUris,
      grant_types: client.grantTypes,
      token_endpoint_auth_method: client.tokenEndpointAuthMethod,
      registered_at: formatTime(client.issuedAtSeconds),
    },
    summary: { passed: summary.passed, failed: summary.failed, not_seen: summary.notSeen },
    checks,
  }
}
