import { STEP_UP } from '../switches/step-up'
import { all, type Check, type Finding, failed, notSeen, passed } from './check'
import { ofKind, type Story } from './story'

/** Checks of the scopes that the client requests. Access advertises none [M16] and grants none [T4]. */
export const SCOPE_CHECKS: Check[] = [
  {
    id: 'scope-advertised',
    title: 'Requests no scope that no server advertised',
    source: 'MCP 2026-07-28 Scope Selection Strategy',
    level: 'SHOULD',
    judge: requestsAdvertised,
  },
  {
    id: 'step-up',
    title: 'Requests the missing scope after insufficient_scope, and does not repeat the request',
    source: 'MCP 2026-07-28 Scope Challenge Handling; RFC 6750 3.1',
    level: 'SHOULD',
    judge: stepsUp,
  },
]

function scopesOf({ scope = '' }: { scope?: string }): string[] {
  return scope.split(' ').filter(Boolean)
}

// The scope of a challenge is advertised from then on.
function requestsAdvertised(story: Story): Finding {
  const challenged = challengesOf(story)[0]?.number ?? Number.POSITIVE_INFINITY
  const requests = story.authorizations.map(({ request }) => request)
  const unknown = (request: (typeof requests)[number]) =>
    scopesOf(request).filter((scope) => !(scope === STEP_UP.scope && request.number > challenged))
  const names = [...new Set(requests.flatMap(unknown))].join(' ')
  return all(requests, (request) => unknown(request).length === 0, {
    noun: 'authorization request',
    plural: 'authorization requests',
    right: 'had no scope that no server advertised',
    wrong: `had a scope that no server advertised (${names})`,
    change:
      'Use the scope of the challenge, or else scopes_supported of the metadata. If there is neither, send no scope.',
  })
}

const MOST_TRIES = 3

function stepsUp(story: Story): Finding {
  const challenges = challengesOf(story)
  const [first] = challenges
  if (!first) {
    return notSeen(
      `Send requests to ${STEP_UP.path} of the demo origin. It responds with 403 insufficient_scope until the client has requested the scope ${STEP_UP.scope}.`,
    )
  }
  const upgrade = story.authorizations
    .map(({ request }) => request)
    .find((request) => request.number > first.number && scopesOf(request).includes(STEP_UP.scope))
  const before = challenges.filter(({ number }) => !upgrade || number < upgrade.number)
  if (before.length > MOST_TRIES) {
    return failed(
      {
        why: `It sent the request ${before.length} times, each refused with insufficient_scope.`,
        change: 'Authorize with the scope of the challenge, or give up.',
      },
      ...before,
    )
  }
  if (!upgrade) {
    return notSeen('Its token had too little scope, and the client has not authorized again yet.')
  }
  const earlier = story.authorizations.findLast(({ request }) => request.number < first.number)
  const lost = scopesOf(earlier?.request ?? {}).filter(
    (scope) => !scopesOf(upgrade).includes(scope),
  )
  if (lost.length > 0) {
    return failed(
      {
        why: `It requested the scope of the challenge, but no longer ${lost.join(' ')}.`,
        change: 'Request the union of both.',
      },
      first,
      upgrade,
    )
  }
  return passed('It authorized again with the scope of the challenge.', first, upgrade)
}

function challengesOf({ events }: Story) {
  return ofKind(events, 'admission').filter(
    ({ path, status }) => path === STEP_UP.path && status === 403,
  )
}
