import { type Check, type Finding, failed, notSeen, passed } from './check'
import { ofKind, type Story, switchOn } from './story'

/** Checks of how the client used and revoked its tokens. */
export const USE_CHECKS: Check[] = [
  {
    id: 'bearer',
    title: 'Sends its access token in the Authorization header',
    source: 'MCP 2026-07-28 Token Requirements; RFC 6750 2.1',
    level: 'MUST',
    judge: sendsToken,
  },
  {
    id: 'own-token',
    title: 'Sends no token that was issued for another resource',
    source: 'MCP 2026-07-28 Token Handling; RFC 8707 2',
    level: 'MUST',
    judge: sendsItsOwn,
  },
  {
    id: 'static-bearer',
    title: 'Sends its own token, and no fixed Authorization header',
    source: 'MCP 2026-07-28 Token Requirements (P36)',
    level: 'MUST',
    judge: sendsNoStaticBearer,
  },
  {
    id: 'blocked',
    title: 'Does not authorize again after a block without a challenge',
    source: 'RFC 9110 15.5.4; RFC 6750 3.1 (P25)',
    level: 'SHOULD',
    judge: acceptsBlock,
  },
  {
    id: 'revocation',
    title: 'Revokes its tokens when it no longer needs them',
    source: 'RFC 7009 1, 2.1',
    level: 'MAY',
    judge: revokes,
  },
]

function admissionsOf({ events }: Story) {
  return ofKind(events, 'admission').filter(({ by }) => by === 'access-token')
}

function sendsToken(story: Story): Finding {
  const admissions = admissionsOf(story)
  if (admissions.length === 0) return notSeen('No request with an access token was admitted yet.')
  const { length } = admissions
  return passed(
    `${length} request${length > 1 ? 's were' : ' was'} admitted by the access token.`,
    ...admissions,
  )
}

// A token of another application identifies its client by its grant. A token of another server does not.
function sendsItsOwn(story: Story): Finding {
  const foreign = ofKind(story.events, 'challenge').filter(
    ({ credential }) => credential === 'access-token-of-another-application',
  )
  if (foreign.length > 0) return failed(foreign[0]?.why ?? '', ...foreign)
  const admissions = admissionsOf(story)
  if (admissions.length === 0) return notSeen('No request with an access token was admitted yet.')
  return passed('All its tokens that it sent were issued for this resource.', ...admissions)
}

// A bearer token of another origin names no client, so its user agent has to.
function sendsNoStaticBearer({ all, events, exchanges, userAgent }: Story): Finding {
  const received = exchanges.find(({ outcome }) => outcome === 'allowed')
  if (!received) return notSeen('It has received no token yet.')
  const fixed = ofKind(all, 'challenge').filter(
    (event) =>
      event.credential === 'other-bearer-token' &&
      event.number > received.number &&
      userAgent !== undefined &&
      event.userAgent === userAgent,
  )
  const admitted = ofKind(events, 'admission').filter(({ by }) => by === 'access-token')
  if (fixed.length > 0 && admitted.length === 0) {
    return failed(
      {
        why: 'It received a token, but its user agent sent another bearer token instead.',
        change: 'Remove the Authorization header from the settings of the client (P36).',
      },
      received,
      ...fixed,
    )
  }
  if (admitted.length === 0) return notSeen('No request with an access token was admitted yet.')
  return passed('It sent the token that it received.', ...admitted)
}

function acceptsBlock({ authorizations, events }: Story): Finding {
  const [block] = ofKind(events, 'fault').filter(({ fault }) => fault === 'ai-crawl-control')
  if (!block) {
    return notSeen(
      `${switchOn('ai-crawl-control')}, then use the client. Its request will be blocked without a challenge.`,
    )
  }
  const requests = new Set(authorizations.map(({ request }) => request.number))
  const next = events.find(
    ({ kind, number }) =>
      number > block.number &&
      (kind === 'admission' || kind === 'registration' || requests.has(number)),
  )
  if (!next) return notSeen('Its request was blocked. Use the client again without the fault.')
  if (next.kind !== 'admission') {
    return failed(
      {
        why: 'Its request was blocked without a challenge, and it authorized again.',
        change: 'Report the block: no new token changes it.',
      },
      block,
      next,
    )
  }
  return passed('Its request was blocked, and it kept its token.', block, next)
}

function revokes({ events }: Story): Finding {
  const requests = ofKind(events, 'revocation')
  const revoked = requests.filter(({ token }) => token === 'revoked')
  if (revoked.length > 0) return passed('It revoked a token.', ...revoked)
  const [refused] = requests.filter(({ outcome }) => outcome === 'refused')
  if (refused) return failed(`Its revocation was refused: ${refused.why}`, refused)
  if (requests.length > 0) {
    return failed(
      {
        why: 'It tried to revoke an unknown token, which was not issued to it.',
        change: 'Send a token that the server issued to this client.',
      },
      ...requests,
    )
  }
  return notSeen('It has revoked no token. Log out in the client to see whether it does.')
}
