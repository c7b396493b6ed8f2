import { type Application, applicationAt, managedOAuth } from '../../access/application'
import type { ManagedOAuth } from '../../access/oauth-configuration'
import { evaluateAccountRules, evaluateRedirectRules } from '../../access/redirect-rules'
import { sha256 } from '../../oauth/encoding'
import { OAuthError } from '../../oauth/errors'
import { Parameters } from '../../oauth/parameters'
import { isCodeChallenge } from '../../oauth/pkce'
import { parseRedirectUri } from '../../oauth/redirect-uri'
import { parseResource } from '../../oauth/resource'
import { PageError } from '../../pages/respond'
import type { AppContext } from '../../request/context'
import { note } from '../../request/events'
import type { Client } from '../../store/clients'
import type { Quirks } from '../../switches/quirks'
import { answeringTo, RedirectedError, type Target } from './respond'

/** An authorization request that has passed every check which needs no person. */
export type AuthorizationRequest = {
  client: Client
  target: Target
  codeChallenge: string | undefined
  /** The `resource` parameter, normalised. */
  resource: string
  /** The same as it was sent. */
  resourceSent: string
  application: Application
  oauth: ManagedOAuth
}

/**
 * Reads and checks an authorization request, in Access's own order (facts, section 4.1): resource,
 * client, redirect URI, the application's redirect rules, then the rest.
 *
 * @param query the query of the request, without the question mark
 * @throws PageError while there is nobody to redirect to, RedirectedError from then on
 */
export async function readAuthorizationRequest(
  c: AppContext,
  query: string,
): Promise<AuthorizationRequest> {
  const parameters = new Parameters(new URLSearchParams(query))
  await noteRequest(c, parameters)
  const { client, target } = await findTarget(c, parameters)
  note(c, { client: { id: client.clientId, name: client.name } })
  const checked = answeringTo(target, () => checkRequest(c, client, target, parameters))
  return { client, target, ...checked }
}

// Hashes begin the same where the values are: a client has to make new ones for every request.
async function noteRequest(c: AppContext, parameters: Parameters): Promise<void> {
  const plainly = (name: string) => {
    try {
      return parameters.get(name)
    } catch {
      return undefined
    }
  }
  const hashOf = async (name: string) => {
    const value = plainly(name)
    return value === undefined ? undefined : (await sha256(value)).slice(0, 8)
  }
  const facts = {
    redirectUri: plainly('redirect_uri'),
    resource: plainly('resource'),
    codeChallengeMethod: plainly('code_challenge_method'),
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
  const client = await c.get('stores').clients.find(clientId)
  if (!client) {
    // Access: claimed by one source [A2]. A missing resource is told before the client is looked
    // up. Not like Access: only where the account's rules would let a client have that URI, so
    // that the endpoint sends nobody to an address of a stranger's choice.
    if (
      !parameters.has('resource') &&
      redirectUri.problem === undefined &&
      !evaluateAccountRules(c.get('configuration').applications, [redirectUri]).refusal
    ) {
      throw new RedirectedError({ redirectUri, state }, noResource())
    }
    throw new PageError(
      400,
      'Unknown client',
      `No client with the client_id ${clientId.slice(0, 100)} is registered here.`,
      'Clients keep a registration for good. If this emulator was reset or started with another store, delete what your client has saved about this server and connect again.',
    )
  }
  // Assumed [A14]: an unregistered URI gets a page, never a redirect (RFC 6749 4.1.2.1).
  if (redirectUri.problem !== undefined || !client.redirectUris.includes(redirectUri.text)) {
    throw new PageError(
      400,
      'Unregistered redirect URI',
      `The client did not register the redirect_uri ${redirectUri.text.slice(0, 300)}.`,
      'It has to be one of the registered ones, to the letter, port included.',
    )
  }
  return { client, target: { redirectUri, state } }
}

function checkRequest(
  c: AppContext,
  client: Client,
  target: Target,
  parameters: Parameters,
): Omit<AuthorizationRequest, 'client' | 'target'> {
  if (!parameters.has('resource')) throw noResource()
  parameters.rejectUnusable()
  const resourceSent = parameters.require('resource')
  const resource = parseResource(resourceSent)
  const application = applicationAt(c.get('configuration').applications, resource)
  if (!application) {
    // Assumed: the text for a resource that no application covers.
    throw new OAuthError('invalid_target', 'No application found for the targeted resource', {
      hint: {
        why: `No application of Access covers the resource ${resource.href}.`,
        change:
          "Send the `resource` of the application's metadata, or give an application that domain.",
      },
    })
  }
  const oauth = managedOAuth(application)
  if (!oauth) {
    throw new OAuthError('invalid_target', 'OAuth not enabled for the targeted resource', {
      hint: {
        rule: 'A3',
        why: `Managed OAuth is off for ${application.name}.`,
        change: 'Set oauth_configuration.enabled of the application to true.',
      },
    })
  }
  note(c, { application: { id: application.id, name: application.name } })
  // Access: observed [A4, A5]. The application's rules as they are now, not as of registration.
  const { dynamic_client_registration: rules } = oauth
  const verdict = evaluateRedirectRules(rules, target.redirectUri)
  if (verdict.refusal) throw notAllowed(application, verdict.refusal)
  checkResponse(parameters)
  const codeChallenge = readCodeChallenge(client, parameters, c.get('quirks'))
  return { codeChallenge, resource: resource.href, resourceSent, application, oauth }
}

function notAllowed(
  { name }: Application,
  { why, change }: { why: string; change: string },
): OAuthError {
  return new OAuthError(
    'invalid_request',
    'Redirect URI not allowed by application configuration',
    {
      hint: {
        rule: 'A4',
        why: `${why} for app ${name}. Registration asks the rules of all applications together, authorization those of this one.`,
        change,
      },
    },
  )
}

function checkResponse(parameters: Parameters): void {
  if (parameters.require('response_type') !== 'code') {
    throw new OAuthError('unsupported_response_type', 'response_type must be code')
  }
  const mode = parameters.get('response_mode')
  if (mode !== undefined && mode !== 'query') {
    throw new OAuthError('invalid_request', 'response_mode must be query')
  }
}

const NOT_S256 = 'code_challenge_method must be S256 for public clients'

// Access: documented [A6]. Assumed: the code `invalid_request`, and that a confidential client may
// leave PKCE out altogether.
function readCodeChallenge(
  client: Client,
  parameters: Parameters,
  quirks: Quirks,
): string | undefined {
  const challenge = parameters.get('code_challenge')
  const method = parameters.get('code_challenge_method')
  const isPublic = client.tokenEndpointAuthMethod === 'none'
  if (isPublic && (challenge === undefined || method !== 'S256')) {
    throw new OAuthError('invalid_request', NOT_S256, {
      hint: {
        rule: 'A6',
        why: `A public client needs PKCE with S256; this request has ${challenge === undefined ? 'no code_challenge' : `the method ${method ?? 'plain (by default)'}`}.`,
        change: 'Send code_challenge and code_challenge_method=S256, or register with a secret.',
      },
    })
  }
  if (quirks.has('pkce-challenge-start') && challenge && /^[-_]/.test(challenge)) {
    const why = 'The code_challenge begins with - or _, which one deployment was seen to refuse.'
    throw new OAuthError('invalid_request', NOT_S256, {
      hint: { rule: 'P18', why, change: 'Make another verifier.' },
    })
  }
  if (challenge === undefined && method === undefined) return undefined
  if (method !== 'S256') {
    throw new OAuthError('invalid_request', 'code_challenge_method must be S256')
  }
  if (challenge === undefined || !isCodeChallenge(challenge)) {
    throw new OAuthError('invalid_request', 'code_challenge must be 43 base64url characters')
  }
  return challenge
}

// Access: observed [A1].
function noResource(): OAuthError {
  return new OAuthError('invalid_target', 'No resource parameter found', {
    hint: {
      rule: 'A1',
      why: 'The authorization request has no resource. Clients that never read the protected resource metadata, or forget it, end here: connected, without tools (P1-P3).',
      change: 'Send resource (RFC 8707) in the authorization request, as the metadata has it.',
    },
  })
}

// A state that cannot be read is refused later; the refusal then goes back without it.
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
    throw new PageError(
      400,
      'Invalid authorization request',
      `${error.description}.`,
      'Until client_id and redirect_uri are known, there is nobody to send the error to.',
    )
  }
}
