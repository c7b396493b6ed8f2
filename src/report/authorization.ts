import type { RecordedEvent } from '../events/event'
import { all, type Check, type Finding, failed, notSeen, passed } from './check'
import { type EventOf, ofKind, type Story } from './story'

/** What the client asked for in its authorization requests, and what it made of the responses. */
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
        'Send the `resource` of the protected resource metadata: Access refuses without it [A1].',
    }),
  },
  {
    id: 'resource-right',
    title: 'Names a resource that the server knows, the same on both legs',
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
        right: 'had a code_challenge of the method S256',
        wrong: 'had none of the method S256',
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
      change: 'Send one, and refuse a response that does not have it.',
    }),
  },
  {
    id: 'state-new',
    title: 'Makes a new state for each authorization',
    source: 'RFC 6749 10.12; RFC 9700 2.1, 4.7.1',
    level: 'SHOULD',
    judge: isNewEachTime('stateHash', 'state'),
  },
  {
    id: 'issuer',
    title: 'Refuses a response with the iss of another server',
    source: 'MCP 2026-07-28 Authorization Response Validation; RFC 9207 2.4',
    level: 'MUST',
    judge: refusesWrongIssuer,
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
  const asked = [
    ...authorizations.flatMap(({ steps }) => steps),
    ...exchanges,
    ...refreshes,
  ].filter(({ resource }) => resource !== undefined)
  // [A3] That Managed OAuth is off is nothing the client could know.
  const refused = asked.filter(({ error, rule }) => error === 'invalid_target' && rule !== 'A3')
  if (refused.length > 0) {
    const names = [...new Set(refused.map(({ resource }) => resource))].join(', ')
    return failed(
      `It was refused with ${names}: ${refused[0]?.why} Send what the metadata says, in both requests.`,
      ...refused,
    )
  }
  const accepted = asked.filter(({ error }) => error === undefined)
  if (accepted.length === 0) return notSeen('No resource was accepted or refused yet.')
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
    right: 'had no slash at the end',
    wrong: `had a slash at the end, as in ${slashed}`,
    change: 'Send the text of the metadata as it is; a URL parser adds the slash (P24).',
  })
}

function isNewEachTime(fact: 'codeChallengeHash' | 'stateHash', name: string) {
  return ({ authorizations }: Story): Finding => {
    const requests = authorizations
      .map(({ request }) => request)
      .filter((request) => request[fact] !== undefined)
    if (requests.length < 2) return notSeen(`Two authorizations with a ${name} show it.`)
    const again = requests.find((request, index) =>
      requests.slice(0, index).some((earlier) => earlier[fact] === request[fact]),
    )
    if (!again) return passed(`${requests.length} authorizations had a ${name} each.`, ...requests)
    const same = requests.filter((request) => request[fact] === again[fact])
    return failed(
      `${same.length} of ${requests.length} authorizations had the same ${name}. Make a new one for each, at random.`,
      ...same,
    )
  }
}

function refusesWrongIssuer(story: Story): Finding {
  const { events, exchanges } = story
  const faults = ofKind(events, 'fault').filter(({ fault }) => fault === 'wrong-issuer')
  if (faults.length === 0) {
    return notSeen(
      'PUT /_emulator/faults/wrong-issuer with {"times": 1}, and authorize: the response then carries a wrong iss.',
    )
  }
  const seen: RecordedEvent[] = []
  for (const fault of faults) {
    const response = ofKind(events, 'authorization').find(({ rayId }) => rayId === fault.rayId)
    const exchange = exchanges.find(
      ({ grantId }) => grantId !== undefined && grantId === response?.grantId,
    )
    if (exchange) {
      return failed(
        'The response carried the iss of another server, and it sent the code to the token endpoint all the same. Compare iss with the issuer of the metadata, letter by letter, before anything else.',
        fault,
        response,
        exchange,
      )
    }
    const after = wentOnAfter(story, fault)
    if (after) seen.push(fault, after)
    else if (isOver(story, fault)) seen.push(fault)
  }
  if (seen.length === 0) {
    return notSeen(
      'The response carried the iss of another server, and its code may still be redeemed: authorize again, or move the clock on.',
    )
  }
  return passed(
    'The response carried the iss of another server, and its code was not redeemed.',
    ...seen,
  )
}

// What a client does that has done with the response: it asks for another, or for tokens by another way.
function wentOnAfter({ authorizations, events }: Story, { number, rayId }: RecordedEvent) {
  const requests = new Set<RecordedEvent>(authorizations.map(({ request }) => request))
  return events.find(
    (event) =>
      event.number > number &&
      event.rayId !== rayId &&
      (requests.has(event) || (event.kind === 'token' && event.grantId !== undefined)),
  )
}

function isOver({ codeLifetimeSeconds, now }: Story, { at }: RecordedEvent): boolean {
  return now > Date.parse(at) / 1000 + codeLifetimeSeconds
}
