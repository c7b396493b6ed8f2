import { evaluateAccountRules, registersClients } from '../../access/redirect-rules'
import type { AppContext } from '../../request/context'
import { note, reportDecision, reportRefusal } from '../../request/events'
import { type Client, newClientSecret } from '../../store/clients'
import { type ClientMetadata, readMetadata } from './client-metadata'
import { REGISTRATION_IS_OFF, redirectUriNotAllowed } from './refusals'

/**
 * Handles `POST /cdn-cgi/access/oauth/registration`: registers a client (RFC 7591) [R1-R16].
 *
 * @throws OAuthError `invalid_client_metadata`
 */
export async function register(c: AppContext): Promise<Response> {
  const { configuration, now, quirks, stores } = c.var
  const { applications } = configuration
  if (!registersClients(applications)) {
    reportRefusal(c, REGISTRATION_IS_OFF)
    return c.json({ error: 'not_found' }, 404)
  }
  const metadata = await readMetadata(c)
  const facts = factsOf(metadata)
  note(c, { ...facts, client: { id: '', name: metadata.client_name } })
  const { redirect_uris: redirectUris } = metadata
  const verdict = evaluateAccountRules(applications, redirectUris)
  if (verdict.refusal) throw redirectUriNotAllowed(verdict.refusal, redirectUris.length, quirks)
  const { client, secret } = await createClient(metadata, now)
  if (c.get('team').isSecond) client.isOfSecondTeam = true
  await stores.clients.put(client.clientId, client)
  reportDecision(c, {
    ...facts,
    client: { id: client.clientId, name: client.name },
    rule: verdict.rules.join(', '),
    why: `${client.name ?? 'The client'} is registered.`,
  })
  c.header('Cache-Control', 'no-store')
  return c.json(registrationResponse(c, client, secret), 201)
}

function factsOf(metadata: ClientMetadata) {
  return {
    kind: 'registration',
    redirectUris: metadata.redirect_uris.map(({ text }) => text),
    ...(metadata.grant_types && { grantTypes: metadata.grant_types }),
    tokenEndpointAuthMethod: metadata.token_endpoint_auth_method,
    ...(metadata.application_type && { applicationType: metadata.application_type }),
  } as const
}

async function createClient(
  metadata: ClientMetadata,
  now: number,
): Promise<{ client: Client; secret: string | undefined }> {
  const {
    client_name,
    redirect_uris,
    token_endpoint_auth_method,
    // Assumed: a client that requests no grant types gets both that the server supports.
    grant_types = ['authorization_code', 'refresh_token'],
    response_types,
    application_type: _,
    ...rest
  } = metadata
  const isPublic = token_endpoint_auth_method === 'none'
  const { secret, secretHash } = isPublic
    ? { secret: undefined, secretHash: undefined }
    : await newClientSecret()
  const client: Client = {
    clientId: crypto.randomUUID(), // [R2]
    secretHash,
    tokenEndpointAuthMethod: token_endpoint_auth_method,
    redirectUris: redirect_uris.map(({ text }) => text),
    grantTypes: grant_types,
    responseTypes: response_types,
    name: client_name,
    metadata: rest,
    issuedAtSeconds: now,
  }
  return { client, secret }
}

// Access: observed [R3, R4]. The members in their order. registration_client_uri is the registration
// endpoint itself, without the client's id and without a registration_access_token (P29). Only a
// confidential client gets a secret.
function registrationResponse(c: AppContext, client: Client, secret: string | undefined) {
  const { quirks, team } = c.var
  return {
    client_id: client.clientId,
    // RFC 7591 3.2.1: 0 means that the secret does not expire.
    ...(secret !== undefined && { client_secret: secret, client_secret_expires_at: 0 }),
    redirect_uris: client.redirectUris,
    client_name: client.name,
    grant_types: client.grantTypes,
    response_types: client.responseTypes,
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    ...(!quirks.has('no-registration-uri') && {
      registration_client_uri: `${team.origin}${team.accessPath}/oauth/registration`,
    }),
    client_id_issued_at: client.issuedAtSeconds,
    // Assumed: further metadata is returned (RFC 7591 3.2.1). No response with any was recorded.
    ...client.metadata,
  }
}
