import { isLoopback, isLoopbackLiteral } from '../oauth/loopback'
import { type Check, type Finding, failed, notSeen, passed } from './check'
import { ofKind, type Story } from './story'

/** Checks of the client's registration. */
export const REGISTRATION_CHECKS: Check[] = [
  {
    id: 'application-type',
    title: 'Registers an application_type that fits its redirect URIs',
    source: 'MCP 2026-07-28 Application Type and Redirect URI Constraints (SEP-837)',
    level: 'MUST',
    judge: declaresItsType,
  },
  {
    id: 'refresh-token-grant',
    title: 'Registers the grant type refresh_token',
    source: 'MCP 2026-07-28 Refresh Tokens (SEP-2207)',
    level: 'SHOULD',
    judge: wantsRefreshTokens,
  },
  {
    id: 'redirect-uri',
    title: 'Has redirect URIs on loopback, https, or a scheme in reverse domain form',
    source: 'MCP 2026-07-28 Communication Security; RFC 8252 7.1-7.3',
    level: 'MUST',
    judge: hasGoodRedirectUris,
  },
  {
    id: 'loopback-literal',
    title: 'Listens on a loopback IP literal rather than localhost',
    source: 'RFC 8252 7.3, 8.3',
    level: 'SHOULD',
    judge: usesLiterals,
  },
  {
    id: 'registered-once',
    title: 'Reuses its registration',
    source:
      'Access keeps registrations permanently (P10); MCP 2026-07-28 Authorization Server Binding',
    level: 'SHOULD',
    judge: registersOnce,
  },
]

const NO_REGISTRATION = 'Its registration is not among the recorded events.'

function declaresItsType({ client, registration }: Story): Finding {
  if (!registration) return notSeen(NO_REGISTRATION)
  const { applicationType: type } = registration
  const isNative = client.redirectUris.some((uri) => !uri.startsWith('https:'))
  if (type === undefined) {
    return failed(
      {
        why: 'It did not send application_type, for which OpenID Connect defines the default "web".',
        change: `Send "${isNative ? 'native' : 'web'}".`,
      },
      registration,
    )
  }
  if (type !== 'native' && type !== 'web') {
    return failed(
      { why: `"${type}" is not an application_type.`, change: 'Send "native" or "web".' },
      registration,
    )
  }
  if (type === 'web' && isNative) {
    return failed(
      {
        why: 'It sent "web", but has a redirect URI of a native application.',
        change: 'Send "native".',
      },
      registration,
    )
  }
  return passed(`It sent "${type}".`, registration)
}

function wantsRefreshTokens({ registration }: Story): Finding {
  if (!registration) return notSeen(NO_REGISTRATION)
  const { grantTypes } = registration
  if (grantTypes?.includes('refresh_token'))
    return passed('Its grant_types include refresh_token.', registration)
  return failed(
    {
      why: grantTypes
        ? 'Its grant_types do not include refresh_token. Access issues one all the same [T22]; other servers do not.'
        : 'It did not send grant_types, for which RFC 7591 2 defines the default authorization_code. Access registered both.',
      change: 'Send grant_types with authorization_code and refresh_token.',
    },
    registration,
  )
}

function hasGoodRedirectUris({ client, registration }: Story): Finding {
  const problems = client.redirectUris.flatMap((uri) => {
    const problem = redirectUriProblem(uri)
    return problem ? [`${uri} ${problem}`] : []
  })
  if (problems.length > 0) {
    const change = 'Use loopback, https, or a scheme in reverse domain form.'
    return failed({ why: `${problems.join('; ')}.`, change }, registration)
  }
  return passed(`It registered ${client.redirectUris.join(', ')}.`, registration)
}

function redirectUriProblem(uri: string): string | undefined {
  const { protocol, hostname } = new URL(uri)
  if (protocol === 'https:') return undefined
  if (protocol === 'http:') {
    return isLoopback(hostname) ? undefined : 'is http on another machine'
  }
  // RFC 8252 7.1: a scheme such as com.example.app, from a domain that the author controls.
  return protocol.includes('.')
    ? undefined
    : `has the scheme ${protocol}, which is not in reverse domain form`
}

function usesLiterals({ client, registration }: Story): Finding {
  const hosts = client.redirectUris
    .map((uri) => new URL(uri))
    .filter(({ protocol, hostname }) => protocol === 'http:' && isLoopback(hostname))
    .map(({ hostname }) => hostname)
  if (hosts.length === 0) return notSeen('It has no redirect URI on loopback.')
  const name = hosts.find((host) => !isLoopbackLiteral(host))
  if (name !== undefined) {
    return failed(
      {
        why: `It uses ${name}, which may resolve to another interface or be blocked.`,
        change: 'Use 127.0.0.1 or [::1], which Access allows by allow_any_on_loopback [R9].',
      },
      registration,
    )
  }
  return passed(`It uses ${[...new Set(hosts)].join(', ')}.`, registration)
}

// Events cannot distinguish two installations from one, so only equal registrations count.
function registersOnce({ all, authorizations, client, registration, userAgent }: Story): Finding {
  const twins = ofKind(all, 'registration').filter(
    (other) =>
      registration &&
      other.client?.id &&
      other.client.id !== client.id &&
      other.client.name === client.name &&
      other.userAgent === userAgent &&
      // Another issuer needs a registration of its own.
      other.path === registration.path &&
      isSame(other.redirectUris, registration.redirectUris) &&
      !isDeleted(all, other.client.id),
  )
  if (twins.length > 0) {
    return failed(
      {
        why: `The same software registered ${twins.length + 1} times, with the same name and redirect URIs.`,
        change:
          'If these are not several installations, store the client_id for each issuer and reuse it.',
      },
      ...twins,
      registration,
    )
  }
  if (authorizations.length < 2) {
    return notSeen('Authorize a second time to show whether the client reuses its client_id.')
  }
  const requests = authorizations.map(({ request }) => request)
  return passed(`${requests.length} authorizations used the same registration.`, ...requests)
}

function isSame(one: string[] = [], other: string[] = []): boolean {
  return one.toSorted().join(' ') === other.toSorted().join(' ')
}

// A client that was deleted through the control has to register again.
function isDeleted(all: Story['all'], id: string): boolean {
  return ofKind(all, 'control').some(
    ({ method, path }) => method === 'DELETE' && path === `/_emulator/clients/${id}`,
  )
}
