import { all, type Check, type Finding, failed, notSeen, passed } from './check'
import type { EventOf, Story } from './story'

/** Checks of the client's authorization requests, and of its reaction to the responses. */
export const AUTHORIZATION_CHECKS: Check[] = [
  {
    id: 'resource-authorization',
    title: 'Sends resource in the authorization request',
    source: 'MCP 2026-07-28 Resource Parameter Implementation; RFC 8707 2.1',
    level: 'MUST',
    judge: eachRequest(({ resource }) => resource !== undefined, {
      right: 'had a resource',
      wrong: 'had no resource',
      change:
        'Send the `resource` of the protected resource metadata. Access refuses a request without it [A1].',
    }),
  },
  {
    id: 'resource-right',
    title: 'Names the same known resource in authorization and token requests',
    source: 'MCP 2026-07-28 Resource Parameter Implementation; RFC 8707 2',
    level: 'MUST',
    judge: namesTheResource,
  },
  {
    id: 'resource-form',
    title: 'Writes resource without a trailing slash',
    source: 'MCP 2026-07-28 Canonical Server URI',
    level: 'SHOULD',
    judge: writesItCanonically,
  },
  {
    id: 'pkce-s256',
    title: 'Uses PKCE with S256',
    source: 'MCP 2026-07-28 Authorization Code Protection; RFC 9700 2.1.1',
    level: 'MUST',
    judge: eachRequest(
      ({ codeChallengeHash, codeChallengeMethod }) =>
        codeChallengeHash !== undefined && codeChallengeMethod === 'S256',
      {
        right: 'had a code_challenge with the method S256',
        wrong: 'had no code_challenge with the method S256',
        change: 'Send code_challenge and code_challenge_method=S256.',
      },
    ),
  },
  {
    id: 'pkce-new',
    title: 'Makes a new code_challenge for each authorization',
    source: 'RFC 7636 4.1; RFC 9700 2.1.1',
    level: 'MUST',
    judge: isNewEachTime('codeChallengeHash', 'code_challenge'),
  },
  {
    id: 'state',
    title: 'Sends state',
    source: 'MCP 2026-07-28 Open Redirection; RFC 6749 10.12',
    level: 'SHOULD',
    judge: eachRequest(({ stateHash }) => stateHash !== undefined, {
      right: 'had a state',
      wrong: 'had no state',
      change: 'Send a state, and reject a response with another state.',
    }),
  },
  {
    id: 'state-new',
    title: 'Makes a new state for each authorization',
    source: 'RFC 6749 10.12; RFC 9700 2.1, 4.7.1',
    level: 'SHOULD',
    judge: isNewEachTime('stateHash', 'state'),
  },
]

type Request = EventOf<'authorization'>

function eachRequest(
  isRight: (request: Request) => boolean,
  words: { right: string; wrong: string; change: string },
) {
  const noun = 'authorization request'
  return ({ authorizations }: Story) =>
    all(
      authorizations.map(({ request }) => request),
      isRight,
      { noun, plural: `${noun}s`, ...words },
    )
}

function namesTheResource({ authorizations, exchanges, refreshes }: Story): Finding {
  const requests = [
    ...authorizations.flatMap(({ steps }) => steps),
    ...exchanges,
    ...refreshes,
  ].filter(({ resource }) => resource !== undefined)
  // [A3] A client cannot know that Managed OAuth is off, so that refusal does not count.
  const refused = requests.filter(({ error, rule }) => error === 'invalid_target' && rule !== 'A3')
  if (refused.length > 0) {
    const names = [...new Set(refused.map(({ resource }) => resource))].join(', ')
    return failed(
      {
        why: `A request with ${names} was refused: ${refused[0]?.why}`,
        change: 'Send the resource of the metadata in both requests.',
      },
      ...refused,
    )
  }
  const accepted = requests.filter(({ error }) => error === undefined)
  if (accepted.length === 0) return notSeen('No request with a resource was decided yet.')
  const names = [...new Set(accepted.map(({ resource }) => resource))]
  return passed(`It named ${names.join(', ')}.`, ...accepted)
}

function writesItCanonically({ authorizations, exchanges, refreshes }: Story): Finding {
  const requests = authorizations.map(({ request }) => request)
  const named = [...requests, ...exchanges, ...refreshes].filter(({ resource }) => resource)
  const slashed = named.find(({ resource }) => resource?.endsWith('/'))?.resource
  return all(named, ({ resource }) => !resource?.endsWith('/'), {
    noun: 'request with a resource',
    plural: 'requests with a resource',
    right: 'had no trailing slash',
    wrong: `had a trailing slash, as in ${slashed}`,
    change: 'Send the text of the metadata unchanged. A URL parser adds the slash (P24).',
  })
}

function isNewEachTime(fact: 'codeChallengeHash' | 'stateHash', name: string) {
  return ({ authorizations }: Story): Finding => {
    const requests = authorizations
      .map(({ request }) => request)
      .filter((request) => request[fact] !== undefined)
    if (requests.length < 2) return notSeen(`Authorize twice with a ${name} to show it.`)
    const again = requests.find((request, index) =>
      requests.slice(0, index).some((earlier) => earlier[fact] === request[fact]),
    )
    if (!again)
      return passed(`${requests.length} authorizations each had a new ${name}.`, ...requests)
    const same = requests.filter((request) => request[fact] === again[fact])
    return failed(
      {
        why: `${same.length} of ${requests.length} authorizations had the same ${name}.`,
        change: 'Generate a random one for each authorization.',
      },
      ...same,
    )
  }
}
