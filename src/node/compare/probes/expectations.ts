import type { Expectation, Instead, Part } from './probe.ts'

/** The header by which clients find the authorization server. */
const CHALLENGE = 'header www-authenticate'

/**
 * Expects parts of a response to be equal.
 *
 * @param means what a difference would mean
 * @param instead the rows of other configurations
 */
export function row(
  id: string,
  parts: Part | Part[],
  means: string,
  instead: Instead = {},
): Expectation {
  return { row: id, parts: [parts].flat(), means, instead }
}

const OFF = { oauthOff: 'U10' }

/** Expects a challenge. */
export function challenge(id: string, who: string, oauthOff = 'U10'): Expectation[] {
  return [
    row(id, 'status', `${who} begin OAuth only after a 401.`, { oauthOff }),
    row(id, CHALLENGE, 'Clients find the authorization server by this header.', { oauthOff }),
  ]
}

/** Expects the challenge of a request without a credential, with its body. */
export function firstChallenge(): Expectation[] {
  const body: Part[] = ['member error', 'member error_description', 'member resource_metadata']
  return [
    row('U1', 'status', 'Clients begin OAuth only after a 401.', OFF),
    row('U2', CHALLENGE, 'Clients find the authorization server by this header.', OFF),
    row('U3', [...body, 'other members'], 'Clients that show the body show another text.', OFF),
    row('U1', 'header location', 'Clients are led to a login.', { oauthOff: 'U11' }),
  ]
}

/** Expects the members of protected resource metadata. */
export function resourceMetadata(
  of: Record<'resource' | 'methods' | 'rest', [row: string, instead?: Instead]>,
): Expectation[] {
  const expect = (name: keyof typeof of, part: Part, means: string) =>
    row(of[name][0], part, means, of[name][1])
  return [
    expect(
      'resource',
      'member resource',
      'Clients compare resource with the URL that they were given.',
    ),
    expect('rest', 'member authorization_servers', 'Clients sign in at another server.'),
    expect(
      'methods',
      'member authentication_methods',
      'Clients choose another way to authenticate.',
    ),
    expect('rest', 'other members', 'Clients read other facts of the resource.'),
  ]
}

/** Expects the metadata of the authorization server. */
export function serverMetadata(): Expectation[] {
  const endpoints: Part[] = [
    'member authorization_endpoint',
    'member token_endpoint',
    'member revocation_endpoint',
  ]
  const lists: Part[] = [
    'member response_types_supported',
    'member response_modes_supported',
    'member grant_types_supported',
    'member token_endpoint_auth_methods_supported',
    'member code_challenge_methods_supported',
  ]
  return [
    row('M9', 'status', 'Clients cannot find the endpoints.'),
    row('M12', 'member issuer', 'Clients reject another issuer.'),
    row('M13', endpoints, 'Clients send their requests elsewhere.'),
    row(
      'M13',
      'member registration_endpoint',
      'Clients register, or need a client_id from their user.',
      { registrationOff: 'M15' },
    ),
    row('M14', lists, 'Clients choose by these lists, and some refuse a server without S256.'),
    row('M16', 'other members', 'Clients use capabilities that they find here.'),
  ]
}

/** Expects an error of the registration, token or revocation endpoint. */
export function refusal(id: string, instead?: Instead): Expectation[] {
  const body: Part[] = ['member error', 'member error_description', 'other members']
  return [
    row(id, 'status', 'Clients decide by the status whether to try again.', instead),
    row(id, body, 'Clients decide by the error code, and show its text.', instead),
  ]
}

/** Expects the page or the redirect of an authorization request. */
export function pageOrRedirect(id: string): Expectation[] {
  return [
    row(id, 'status', 'The person is led elsewhere.'),
    row(id, 'header location', 'The client receives another error, or none.'),
    row(id, 'title', 'The person sees another page.'),
  ]
}

/** Expects the permission for web pages of another origin. */
export function cors(id: string, who: string, ...parts: 'status'[]): Expectation[] {
  return [row(id, [...parts, 'header access-control-allow-origin'], `Clients in a browser ${who}.`)]
}
