import { all, type Check, type Finding, failed, notSeen, passed } from './check'
import { ofKind, type Story } from './story'

/** How the client redeemed its codes. */
export const EXCHANGE_CHECKS: Check[] = [
  {
    id: 'resource-exchange',
    title: 'Sends resource when it redeems a code',
    source: 'MCP 2026-07-28 Resource Parameter Implementation; RFC 8707 2.2',
    level: 'MUST',
    judge: ({ exchanges }) =>
      all(exchanges, ({ resource }) => resource !== undefined, {
        ...EXCHANGE,
        right: 'had a resource',
        wrong: 'had no resource',
        change:
          'Repeat the resource of the authorization request; Access does without it, others do not.',
      }),
  },
  {
    id: 'verifier',
    title: 'Sends the code_verifier',
    source: 'MCP 2026-07-28 Authorization Code Protection; RFC 7636 4.5',
    level: 'MUST',
    judge: ({ exchanges }) =>
      all(exchanges, ({ hasVerifier }) => hasVerifier === true, {
        ...EXCHANGE,
        right: 'had a code_verifier',
        wrong: 'had no code_verifier',
        change: 'Send the one that the code_challenge was made of.',
      }),
  },
  {
    id: 'verifier-form',
    title: 'Makes a code_verifier of 43 to 128 unreserved characters',
    source: 'RFC 7636 4.1',
    level: 'MUST',
    judge: ({ exchanges }) =>
      all(
        exchanges.filter(({ hasVerifier }) => hasVerifier),
        ({ verifierProblem }) => verifierProblem === undefined,
        {
          ...EXCHANGE,
          right: 'had a code_verifier of that form',
          wrong: 'had a code_verifier that is too short, too long, or has other characters',
          change: 'Make it of 32 random octets, base64url-encoded; other servers refuse others.',
        },
      ),
  },
  {
    id: 'verifier-matches',
    title: 'Sends the code_verifier of this very authorization',
    source: 'RFC 7636 4.6',
    level: 'MUST',
    judge: neverRefused(
      'T9',
      'The code_verifier matched the code_challenge',
      'The code_verifier was another than that of the code_challenge. Keep the verifier of each authorization apart, by its state.',
    ),
  },
  {
    id: 'redirect-uri-repeated',
    title: 'Repeats the redirect_uri of the authorization',
    source: 'RFC 6749 4.1.3',
    level: 'MUST',
    judge: neverRefused(
      'T10',
      'The redirect_uri was that of the authorization',
      'The redirect_uri was another than that of the authorization. Send it to the letter, port included.',
    ),
  },
  {
    id: 'code-once',
    title: 'Redeems a code once',
    source: 'RFC 6749 4.1.2',
    level: 'MUST',
    judge: neverRefused(
      'T8',
      'No code came twice',
      'A code came a second time, and its grant ended with all its tokens. Where an answer is lost, authorize again.',
    ),
  },
  {
    id: 'client-authentication',
    title: 'Authenticates at the token endpoint as it has registered to',
    source: 'RFC 6749 2.3; RFC 7591 2',
    level: 'MUST',
    judge: authenticates,
  },
]

const EXCHANGE = { noun: 'exchange', plural: 'exchanges' }

// Only an exchange that had no other fault shows that it had not this one.
function neverRefused(rule: string, right: string, wrong: string) {
  return ({ exchanges }: Story): Finding => {
    const bad = exchanges.filter((each) => each.outcome === 'refused' && each.rule === rule)
    if (bad.length > 0) return failed(wrong, ...bad)
    const good = exchanges.filter(({ outcome }) => outcome === 'allowed')
    if (good.length === 0) return notSeen('No code was redeemed yet.')
    return passed(`${right}, in ${good.length} exchange${good.length > 1 ? 's' : ''}.`, ...good)
  }
}

function authenticates({ events }: Story): Finding {
  const requests = [...ofKind(events, 'token'), ...ofKind(events, 'revocation')]
  const refused = requests.filter(({ error }) => error === 'invalid_client')
  if (refused.length > 0) return failed(refused[0]?.why ?? '', ...refused)
  const accepted = requests.filter(({ outcome }) => outcome === 'allowed')
  if (accepted.length === 0) return notSeen('It was not at the token endpoint yet.')
  return passed('It was never refused for that.', ...accepted)
}
