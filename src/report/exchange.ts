import { all, type Check, type Finding, failed, notSeen, passed } from './check'
import { ofKind, type Story } from './story'

/** Checks of how the client redeemed its codes. */
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
          'Repeat the resource of the authorization request. Access does not require it, but other servers do.',
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
        change: 'Send the code_verifier that the code_challenge was derived from.',
      }),
  },
  {
    id: 'verifier-form',
    title: 'Generates a code_verifier of 43 to 128 unreserved characters',
    source: 'RFC 7636 4.1',
    level: 'MUST',
    judge: ({ exchanges }) =>
      all(
        exchanges.filter(({ hasVerifier }) => hasVerifier),
        ({ verifierProblem }) => verifierProblem === undefined,
        {
          ...EXCHANGE,
          right: 'had a valid code_verifier',
          wrong: 'had a code_verifier that is too short, too long, or has invalid characters',
          change:
            'Encode 32 random octets as base64url. Other servers refuse an invalid code_verifier.',
        },
      ),
  },
  {
    id: 'verifier-matches',
    title: 'Sends the code_verifier of the same authorization',
    source: 'RFC 7636 4.6',
    level: 'MUST',
    judge: neverRefused('T9', 'The code_verifier matched the code_challenge', {
      why: 'The code_verifier did not match the code_challenge.',
      change: 'Store the verifier of each authorization with its state.',
    }),
  },
  {
    id: 'redirect-uri-repeated',
    title: 'Repeats the redirect_uri of the authorization',
    source: 'RFC 6749 4.1.3',
    level: 'MUST',
    judge: neverRefused('T10', 'The redirect_uri equalled that of the authorization request', {
      why: 'The redirect_uri differed from that of the authorization request.',
      change: 'Send exactly the same URI, including the port.',
    }),
  },
  {
    id: 'code-once',
    title: 'Redeems a code once',
    source: 'RFC 6749 4.1.2',
    level: 'MUST',
    judge: neverRefused('T8', 'No code was sent twice', {
      why: 'A code was sent a second time, which ended its grant with all its tokens.',
      change: 'If the response is lost, authorize again.',
    }),
  },
  {
    id: 'client-authentication',
    title: 'Authenticates at the token endpoint with its registered method',
    source: 'RFC 6749 2.3; RFC 7591 2',
    level: 'MUST',
    judge: authenticates,
  },
]

const EXCHANGE = { noun: 'exchange', plural: 'exchanges' }

// Only a successful exchange proves the rule: a refused one may have failed at an earlier check.
function neverRefused(rule: string, right: string, wrong: { why: string; change: string }) {
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
  if (accepted.length === 0) return notSeen('It has sent no request to the token endpoint yet.')
  return passed('Its authentication was never refused.', ...accepted)
}
