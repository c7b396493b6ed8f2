import { type Check, type Finding, failed, notSeen, passed } from './check'
import { ofKind, type Story } from './story'

/** What the client did with its tokens at the application, and at the end. */
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
    title: 'Sends no token that was given for another resource',
    source: 'MCP 2026-07-28 Token Handling; RFC 8707 2',
    level: 'MUST',
    judge: sendsItsOwn,
  },
  {
    id: 'revocation',
    title: 'Gives its tokens back when it is done',
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
  return passed(`${length} request${length > 1 ? 's were' : ' was'} admitted by it.`, ...admissions)
}

// A token of another server says of nobody whose it is; one of another application does, by its grant.
function sendsItsOwn(story: Story): Finding {
  const foreign = ofKind(story.events, 'challenge').filter(
    ({ credential }) => credential === 'access-token-of-another-application',
  )
  if (foreign.length > 0) return failed(foreign[0]?.why ?? '', ...foreign)
  const admissions = admissionsOf(story)
  if (admissions.length === 0) return notSeen('No request with an access token was admitted yet.')
  return passed('Every token of its own that it sent was for this resource.', ...admissions)
}

function revokes({ events }: Story): Finding {
  const requests = ofKind(events, 'revocation')
  const revoked = requests.filter(({ token }) => token === 'revoked')
  if (revoked.length > 0) return passed('It revoked a token.', ...revoked)
  const [refused] = requests.filter(({ outcome }) => outcome === 'refused')
  if (refused) return failed(`Its revocation was refused: ${refused.why}`, refused)
  if (requests.length > 0) {
    return failed('It revoked a token that nobody knows: not one that it was given.', ...requests)
  }
  return notSeen('It has revoked nothing: log out in the client to see whether it does.')
}
