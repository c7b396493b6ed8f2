import type { Situation, Step } from './situation.ts'

const ADA = { email: 'ada@example.com', consent: 'allow' } as const

/** The person at the browser of a situation that names none. */
export const PERSON = ADA

// The default lifetime of an access token is 15 minutes, that of a code at most 10.
const TOKEN_EXPIRES: Step = { advance: '16m' }
// The default session duration of a grant is 24 hours.
const SESSION_EXPIRES: Step = { advance: '25h' }
const CODE_EXPIRES: Step = { advance: '11m' }

const refreshFails = (status: 429 | 503): Step[] => [
  TOKEN_EXPIRES,
  { fault: 'error', with: { endpoint: 'token', status, retry_after: 2, times: 1 } },
]

/** The situations, in the order in which they run. */
export const SITUATIONS: Situation[] = [
  {
    id: 'plain',
    title: 'The plain way',
    what: 'Application and authorization server are on one host, and nothing goes wrong.',
    teamDomain: 'localhost',
    runs: 'once',
    shows: [
      'resource-authorization',
      'pkce-s256',
      'resource-exchange',
      'verifier-matches',
      'bearer',
    ],
    also: 'every',
  },
  {
    id: 'two-hosts',
    title: 'Application and issuer on two hosts',
    what: 'The issuer is a team domain, as with Access. The client finds it through the metadata.',
    runs: 'once',
    shows: ['resource-metadata', 'server-metadata', 'bearer'],
  },
  {
    id: 'expired-token',
    title: 'The access token expires during work',
    what: 'The next request is refused with 401. The client refreshes and continues.',
    during: [TOKEN_EXPIRES],
    runs: 'twice',
    shows: ['refreshes', 'resource-refresh', 'works-again'],
  },
  {
    id: 'lost-rotation',
    title: 'The rotated refresh token is lost with its response',
    what: 'A refresh rotates the token, and a 502 arrives in place of the new one. The old one is refused from then on, so the client authorizes again.',
    during: [TOKEN_EXPIRES, { fault: 'lost-rotation', with: { times: 1 } }],
    runs: 'twice',
    shows: ['works-again'],
    also: ['stops'],
  },
  {
    id: 'revoked-grant',
    title: 'The grant is revoked',
    what: 'A refresh is refused with invalid_grant. The client discards its tokens and authorizes again.',
    during: [TOKEN_EXPIRES, { fault: 'revoked-grant', with: { times: 1 } }],
    runs: 'twice',
    shows: ['stops', 'works-again'],
  },
  {
    id: 'two-refreshes',
    title: 'Two processes refresh at the same time',
    what: 'Two runs share the stored tokens, which have expired. Only one may use the refresh token.',
    // The first refresh takes as long as the other process needs to start.
    during: [TOKEN_EXPIRES, { fault: 'slow', with: { endpoint: 'token', delay: '2s', times: 1 } }],
    runs: 'once, then two at the same time',
    shows: ['refreshes', 'works-again'],
    also: ['rotation'],
  },
  {
    id: 'wrong-issuer',
    title: 'The authorization response has the iss of another server',
    what: 'The client compares iss with the issuer of the metadata, and does not redeem the code.',
    before: [{ fault: 'wrong-issuer', with: { times: 1 } }],
    runs: 'once',
    after: [CODE_EXPIRES],
    shows: ['issuer'],
  },
  {
    id: 'missing-issuer',
    title: 'The announced iss is missing',
    what: 'The metadata announces iss, and the authorization response lacks it. The client does not redeem the code.',
    before: [{ fault: 'missing-issuer' }],
    runs: 'once',
    after: [CODE_EXPIRES],
    shows: ['issuer-missing'],
  },
  {
    id: 'mismatched-issuer',
    title: 'The metadata has the issuer of another server',
    what: 'The client compares issuer with the URL of the metadata and stops. The second run finds the right one.',
    before: [{ fault: 'wrong-metadata-issuer' }],
    during: [{ clear: 'faults' }],
    runs: 'twice',
    shows: ['metadata-issuer'],
  },
  {
    id: 'no-pkce-announced',
    title: 'The metadata lacks code_challenge_methods_supported',
    what: 'The server may not support PKCE, so the client stops. The second run finds S256.',
    before: [{ fault: 'missing-pkce-methods' }],
    during: [{ clear: 'faults' }],
    runs: 'twice',
    shows: ['pkce-announced'],
  },
  {
    id: 'bare-challenge',
    title: 'The 401 names no metadata',
    what: 'The challenge has no resource_metadata. The client tries the well-known paths.',
    before: [{ fault: 'bare-challenge' }],
    runs: 'once',
    shows: ['well-known', 'bearer'],
  },
  {
    id: 'no-registration',
    title: 'The metadata has no registration_endpoint',
    what: 'Clients cannot register. The client says so instead of guessing an endpoint.',
    registration: 'off',
    runs: 'once',
    shows: ['guesses-no-endpoint'],
  },
  {
    id: 'forgotten-client',
    title: 'The server has forgotten the client',
    what: 'The client_id is unknown from now on. The client registers again.',
    during: [{ forget: 'clients' }],
    runs: 'twice',
    shows: ['registers-again', 'works-again'],
  },
  {
    id: 'rate-limited',
    title: '429 with Retry-After at the token endpoint',
    what: 'A refresh is refused for two seconds. The client waits and sends the same refresh token.',
    during: refreshFails(429),
    runs: 'twice',
    shows: ['waits', 'keeps-grant', 'works-again'],
  },
  {
    id: 'unavailable',
    title: '503 with Retry-After at the token endpoint',
    what: 'A refresh fails for two seconds. The client waits and sends the same refresh token.',
    during: refreshFails(503),
    runs: 'twice',
    shows: ['waits', 'keeps-grant', 'works-again'],
  },
  {
    id: 'denied-consent',
    title: 'The person denies consent',
    what: 'The callback has error=access_denied. The client reports it and does not ask again.',
    person: { ...ADA, consent: 'deny' },
    runs: 'once',
    shows: ['accepts-refusal'],
  },
  {
    id: 'not-admitted',
    title: 'No policy admits the person',
    what: 'The browser shows a block page, and the callback is never called. The client does not open the browser again and again.',
    person: { email: 'mallory@blocked.example', consent: 'allow' },
    runs: 'once',
    shows: ['accepts-refusal'],
  },
  {
    id: 'second-team',
    title: 'The metadata names a second team',
    what: 'The session has ended, and another issuer is responsible from now on. The client registers there, and sends it nothing of the first one.',
    during: [SESSION_EXPIRES, { fault: 'second-team' }],
    runs: 'twice',
    shows: ['issuer-binding', 'works-again'],
  },
  {
    id: 'step-up',
    title: 'A tool needs a further scope',
    what: 'The server responds with 403 insufficient_scope, which Access never does. The client authorizes again with the scope of the challenge, and does not repeat the request in vain.',
    path: '/step-up',
    runs: 'once',
    shows: ['step-up'],
  },
  {
    id: 'key-rotation',
    title: 'The signing keys rotate',
    what: 'Only the application verifies signatures. The client notices nothing.',
    during: [{ rotate: 'keys' }],
    runs: 'twice',
    shows: ['works-again', 'needs-no-new-login'],
  },
]
