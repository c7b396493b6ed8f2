import { OAuthError } from '../oauth/errors'
import { readForm } from '../request/body'
import type { AppContext } from '../request/context'
import { reportDecision } from '../request/events'
import { authenticateClient } from './client'
import { noteGrantAndApplication } from './grant'

const WHY = {
  revoked:
    'The client revoked its token. An access token ends alone; a refresh token ends its whole grant.',
  unknown: 'No grant has this token, so there is nothing to revoke (RFC 7009 2.2).',
}

/**
 * Handles `POST /cdn-cgi/access/oauth/revoke` (RFC 7009): an access token ends alone, a refresh token
 * ends its whole grant.
 *
 * Assumed [T21]: 200 with an empty body, for an unknown token too (RFC 7009 2.2). The token of
 * another client is refused (2.1). `token_type_hint` is ignored.
 *
 * @throws OAuthError `invalid_request`, `invalid_client`, `invalid_grant`
 */
export async function revoke(c: AppContext): Promise<Response> {
  const parameters = await readForm(c)
  const client = await authenticateClient(c)
  const { grants } = c.get('stores')
  const outcome = await grants.revoke(parameters.require('token'), client.clientId)
  if (outcome === 'other-client') {
    throw new OAuthError('invalid_grant', 'the token was issued to another client')
  }
  const grant = await grants.findNamed(parameters.require('token'))
  if (grant && outcome === 'revoked') noteGrantAndApplication(c, grant)
  reportDecision(c, { kind: 'revocation', token: outcome, rule: 'T21', why: WHY[outcome] })
  c.header('Cache-Control', 'no-store')
  return c.body(null, 200)
}
