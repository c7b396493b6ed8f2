import { type Application, applicationAt, managedOAuth } from '../../access/application'
import type { ManagedOAuth } from '../../access/oauth-configuration'
import { evaluateAccountRules, evaluateRedirectRules } from '../../access/redirect-rules'
import { sha256 } from '../../oauth/encoding'
import { OAuthError } from '../../oauth/errors'
import { Parameters } from '../../oauth/parameters'
import { isCodeChallenge } from '../../oauth/pkce'
import { parseRedirectUri } from '../../oauth/redirect-uri'
import { parseResource } from '../../oauth/resource'
import type { AppContext } from '../../request/context'
import { note } from '../../request/events'
import type { Client } from '../../store/clients'
import type { Quirks } from '../../switches/quirks'
import { isOfOtherTeam, OTHER_TEAM } from '../client'
import { defaultResource, issuerOf } from './issuer'
import {
  challengeStart,
  malformedChallenge,
  managedOAuthIsOff,
  missingResource,
  pkceRequired,
  redirectUriNotAllowed,
  unknownClient,
  unknownResource,
  unreadableRequest,
  unregisteredRedirectUri,
  unsupportedChallengeMethod,
  unsupportedResponseMode,
  unsupportedResponseType,
} from './refusals'
import { RedirectedError, redirectingErrors, type Target } from './respond'

/** An authorization request that has passed all checks that need no person. */
export type AuthorizationRequest = {
  client: Client
  target: Target
  codeChallenge: string | undefined
  /** The `resource` parameter, normalised. */
  resource: string
  /** The `resource` parameter as it was sent; undefined if a quirk chose it. */
  resourceSent: string | undefined
  scope: string | undefined
  application: Application
  oauth: ManagedOAuth
}

/**
 * Reads and checks an authorization request, in Access's own order: resource, client, redirect URI,
 * the application's redirect rules, then the rest.
 *
 * Access: observed [A1, A2, A4, A5].
 *
 * @param query the query of the request, without the question mark
 * @throws PageError until the redirect URI is known to be the client's, RedirectedError after that
 */
export async function readAuthorizationRequest(
  c: AppContext,
  query: string,
): Promise<AuthorizationRequest> {
  const parameters = new Parameters(new URLSearchParams(query))
  await noteRequest(c, parameters)
  const { client, target } = await findTarget(c, parameters)
  note(c, { client: { id: client.clientId, name: client.name } })
  const checked = redirectingErrors(target, () => checkRequest(c, client, target, parameters))
  return { client, target, ...checked }
}

// Equal values have equal hashes, so that the events show a client that reuses a state or challenge.
async function noteRequest(c: AppContext, parameters: Parameters): Promise<void> {
  const readable = (name: string) => {
    try {
      return parameters.get(name)
    } catch {
      return undefined
    }
  }
  const hashOf = async (name: string) => {
    const value = readable(name)
    return value === undefined ? undefined : (await sha256(value)).slice(0, 8)
  }
  const facts = {
    redirectUri: readable('redirect_uri'),
    resource: readable('resource'),
    scope: readable('scope'),
    codeChallengeMethod: readable('code_challenge_method'),
    stateHash: await hashOf('state'),
    codeChallengeHash: await hashOf('code_challenge'),
  }
  note(c, {
    kind: 'authorization',
    step: 'request',
    ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
  })
}

async function findTarget(
  c: AppContext,
  parameters: Parameters,
): Promise<{ client: Client; target: Target }> {
  const clientId = onPage(() => parameters.require('client_id'))
  const redirectUri = parseRedirectUri(onPage(() => parameters.require('redirect_uri')))
  const state = readState(parameters)
  const iss = onPage(() => issuerOf(c, parameters))
  const hasResource = parameters.has('resource') || defaultResource(c, parameters) !== undefined
  const client = await c.get('stores').clients.find(clientId)
  if (!client) {
    // Access: reported [A2]. A missing resource is reported before the client is looked up. Not like
    // Access: only if the account's rules allow the redirect URI, so that the endpoint never
    // redirects to an address that a stranger chose.
    if (
      !hasResource &&
      redirectUri.problem === undefined &&
      !evaluateAccountRules(c.get('configuration').applications, [redirectUri]).refusal
    ) {
      throw new RedirectedError({ redirectUri, state, iss }, missingResource())
    }
    throw unknownClient(clientId)
  }
  if (isOfOtherTeam(c, client)) {
    note(c, { client: { id: clientId, name: client.name } })
    throw unknownClient(clientId, OTHER_TEAM)
  }
  if (redirectUri.problem !== undefined || !client.redirectUris.includes(redirectUri.text)) {
    throw unregisteredRedirectUri(redirectUri.text)
  }
  return { client, target: { redirectUri, state, iss } }
}

function checkRequest(
  c: AppContext,
  client: Client,
  target: Target,
  parameters: Parameters,
): Omit<AuthorizationRequest, 'client' | 'target'> {
  const chosen = parameters.has('resource') ? undefined : defaultResource(c, parameters)
  if (!parameters.has('resource') && chosen === undefined) throw missingResource()
  parameters.rejectUnusable()
  const resourceSent = parameters.get('resource')
  const resource = parseResource(chosen ?? parameters.require('resource'))
  const application = applicationAt(c.get('configuration').applications, resource)
  if (!application) throw unknownResource(resource.href)
  const oauth = managedOAuth(application)
  if (!oauth) throw managedOAuthIsOff(application)
  note(c, { application: { id: application.id, name: application.name } })
  // Access: observed [A4, A5]. The application's rules apply as they are now, not as at registration.
  const { dynamic_client_registration: rules } = oauth
  const verdict = evaluateRedirectRules(rules, target.redirectUri)
  if (verdict.refusal) throw redirectUriNotAllowed(application, verdict.refusal)
  checkResponse(parameters)
  const codeChallenge = readCodeChallenge(client, parameters, c.get('quirks'))
  // Access: observed [A13, T4]. Ignored, but kept for the demo's /step-up.
  const scope = parameters.get('scope')
  return { codeChallenge, resource: resource.href, resourceSent, scope, application, oauth }
}

function checkResponse(parameters: Parameters): void {
  if (parameters.require('response_type') !== 'code') throw unsupportedResponseType()
  const mode = parameters.get('response_mode')
  if (mode !== undefined && mode !== 'query') throw unsupportedResponseMode()
}

// Access: documented [A6]. Assumed: the code `invalid_request`, and that a confidential client may
// omit PKCE.
function readCodeChallenge(
  client: Client,
  parameters: Parameters,
  quirks: Quirks,
): string | undefined {
  const challenge = parameters.get('code_challenge')
  const method = parameters.get('code_challenge_method')
  const isPublic = client.tokenEndpointAuthMethod === 'none'
  if (isPublic && (challenge === undefined || method !== 'S256')) {
    throw pkceRequired(challenge, method)
  }
  if (quirks.has('pkce-challenge-start') && challenge && /^[-_]/.test(challenge)) {
    throw challengeStart()
  }
  if (challenge === undefined && method === undefined) return undefined
  if (method !== 'S256') throw unsupportedChallengeMethod()
  if (challenge === undefined || !isCodeChallenge(challenge)) throw malformedChallenge()
  return challenge
}

// A state that cannot be read is refused later, and that refusal is redirected without a state.
function readState(parameters: Parameters): string | undefined {
  try {
    return parameters.get('state')
  } catch {
    return undefined
  }
}

function onPage<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    throw unreadableRequest(error.description)
  }
}
