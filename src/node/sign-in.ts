import type { Responses } from '../emulator/responses.ts'
import { ControlError, type Send } from './control.ts'
import type { EmulatorEvent } from './events.ts'

/** The token response, with the client that it was issued to. */
export type Tokens = {
  clientId: string
  accessToken: string
  refreshToken: string
  expiresInSeconds: number
  /** The `resource` that the tokens are for. */
  resource: string
}

export type SignInOptions = {
  /** The resource that the tokens are for; the MCP server by default. */
  resource?: string
  clientName?: string
  /**
   * The redirect URI, for applications whose redirect rules allow no localhost. No server is needed
   * there: the code is read from the redirect, which is not followed.
   */
  redirectUri?: string
}

/** A refused sign-in. The message has the reason and what to do about it. */
export class SignInError extends Error {
  /** The event of the refusal, if one was recorded. */
  readonly event: EmulatorEvent | undefined
  /** The reason. */
  readonly why: string
  /** The change that would lead to another outcome. */
  readonly change: string | undefined

  constructor(
    message: string,
    {
      event,
      why,
      change,
      cause,
    }: Pick<SignInError, 'event' | 'why' | 'change'> & { cause: unknown },
  ) {
    super(message, { cause })
    this.name = 'SignInError'
    this.event = event
    this.why = why
    this.change = change
  }
}

/** Signs a person in. Throws a `SignInError` with the reason if a policy or a rule refuses. */
export type SignIn = (email: string, options?: SignInOptions) => Promise<Tokens>

/**
 * Returns a function that signs people in by `POST /_emulator/tokens`: registration, authorization with
 * PKCE and exchange in one request. Policies and redirect rules apply; faults do not.
 */
export function signInBy(send: Send, mcpUrl: string): SignIn {
  return async function signIn(email, options = {}) {
    const { resource = mcpUrl, clientName = 'startEmulator', redirectUri } = options
    const tokens = await send<Responses['POST tokens']>('POST', 'tokens', {
      email,
      resource,
      client_name: clientName,
      redirect_uri: redirectUri,
    }).catch(async (error) => {
      if (!(error instanceof ControlError)) throw error
      throw refusalOf(email, error, HOW, await refusalEvent(send, email))
    })
    return {
      clientId: tokens.client_id,
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token ?? '',
      expiresInSeconds: tokens.expires_in,
      resource: tokens.resource,
    }
  }
}

// The latest refusal of the person, or of the client that the request registered.
async function refusalEvent(send: Send, email: string): Promise<EmulatorEvent | undefined> {
  const list = await send<{ events: EmulatorEvent[] }>('GET', 'events?outcome=refused&limit=1')
  const [event] = list.events
  return event && (!('email' in event) || event.email === undefined || event.email === email)
    ? event
    : undefined
}

const HOW = 'signIn(email, { redirectUri })'

// The texts of the two refusals, at registration and at authorization.
const REDIRECT_URI_REFUSED = /redirect[_ ]uri (is )?not allowed/i

/**
 * Returns the error of a sign-in: who cannot be signed in, why, and what to do about it.
 *
 * @param how how the caller passes a redirect URI
 */
export function refusalOf(
  email: string,
  cause: ControlError,
  how: string,
  event?: EmulatorEvent,
): SignInError {
  const { code, description, status } = cause
  // The sentence of the page that the person would see.
  const isDenied = status === 403 && code === 'access_denied'
  const why = isDenied ? `That account does not have access. ${description}` : description
  const message = `${email} cannot be signed in: ${why}`
  const facts = { event, why: event?.why ?? description, change: event?.change, cause }
  if (!REDIRECT_URI_REFUSED.test(description)) return new SignInError(message, facts)
  const hint = `pass a redirect URI of the application's allowed_uris: ${how}`
  return new SignInError(`${message}; ${hint}. No server is needed there`, facts)
}
