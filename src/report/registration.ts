import { isLoopback, isLoopbackLiteral } from '../oauth/loopback'
import { type Check, type Finding, failed, notSeen, passed } from './check'
import { ofKind, type Story } from './story'

/** What the client registered. */
export const REGISTRATION_CHECKS: Check[] = [
  {
    id: 'application-type',
    title: 'Registers an application_type that fits its redirect URIs',
    source: 'MCP 2026-07-28 Application Type and Redirect URI Constraints (SEP-837)',
    level: 'MUST',
    judge: saysItsType,
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
    title: 'Uses its registration again',
    source:
      'Access keeps registrations for good (P10); MCP 2026-07-28 Authorization Server Binding',
    level: 'SHOULD',
    judge: registersOnce,
  },
]

const NO_REGISTRATION = 'Its registration is not among the events that are kept.'

function saysItsType({ client, registration }: Story): Finding {
  if (!registration) return notSeen(NO_REGISTRATION)
  const { applicationType: type } = registration
  const isNative = client.redirectUris.some((uri) => !uri.startsWith('https:'))
  if (type === undefined) {
    return failed(
      `It left application_type out, which OpenID Connect reads as "web". Send "${isNative ? 'native' : 'web'}".`,
      registration,
    )
  }
  if (type !== 'native' && type !== 'web') {
    return failed(`"${type}" is no application_type: there are native and web.`, registration)
  }
  if (type === 'web' && isNative) {
    return failed(
      'It says "web", and has a redirect URI of a native application. Send "native".',
      registration,
    )
  }
  return passed(`It says "${type}".`, registration)
}

function wantsRefreshTokens({ registration }: Story): Finding {
  if (!registration) return notSeen(NO_REGISTRATION)
  const { grantTypes } = registration
  if (grantTypes?.includes('refresh_token')) return passed('Its grant_types have it.', registration)
  return failed(
    grantTypes
      ? 'Its grant_types do not have it, so it gets no refresh token.'
      : 'It left grant_types out, which RFC 7591 2 reads as authorization_code alone; Access gave it both.',
    registration,
  )
}

function hasGoodRedirectUris({ client, registration }: Story): Finding {
  const faults = client.redirectUris.flatMap((uri) => {
    const fault = faultOf(uri)
    return fault ? [`${uri} ${fault}`] : []
  })
  if (faults.length > 0) return failed(`${faults.join('; ')}.`, registration)
  return passed(`It has ${client.redirectUris.join(', ')}.`, registration)
}

function faultOf(uri: string): string | undefined {
  const { protocol, hostname } = new URL(uri)
  if (protocol === 'https:') return undefined
  if (protocol === 'http:') {
    return isLoopback(hostname) ? undefined : 'is http on another machine; use https'
  }
  // RFC 8252 7.1: com.example.app, of a domain that the author controls.
  return protocol.includes('.') ? undefined : `has the scheme ${protocol}, which is of no domain`
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
      `It uses ${name}, which may resolve to another interface, or be filtered. Use 127.0.0.1 or [::1]; at Access that is allow_any_on_loopback [R9].`,
      registration,
    )
  }
  return passed(`It uses ${[...new Set(hosts)].join(', ')}.`, registration)
}

// The events cannot tell two installations from one, so nothing but a perfect likeness counts.
function registersOnce({ all, authorizations, client, registration, userAgent }: Story): Finding {
  const twins = ofKind(all, 'registration').filter(
    (other) =>
      registration &&
      other.client?.id &&
      other.client.id !== client.id &&
      other.client.name === client.name &&
      other.userAgent === userAgent &&
      isSame(other.redirectUris, registration.redirectUris) &&
      !isForgotten(all, other.client.id),
  )
  if (twins.length > 0) {
    return failed(
      `The same software registered ${twins.length + 1} times, with the same name and redirect URIs. Unless these are several installations: keep the client_id, by issuer, and use it again.`,
      ...twins,
      registration,
    )
  }
  if (authorizations.length < 2) {
    return notSeen('A second authorization shows whether it uses its client_id again.')
  }
  const requests = authorizations.map(({ request }) => request)
  return passed(`${requests.length} authorizations used the one registration.`, ...requests)
}

function isSame(one: string[] = [], other: string[] = []): boolean {
  return one.toSorted().join(' ') === other.toSorted().join(' ')
}

// A client that was deleted by hand has to register again.
function isForgotten(all: Story['all'], id: string): boolean {
  return ofKind(all, 'control').some(
    ({ method, path }) => method === 'DELETE' && path === `/_emulator/clients/${id}`,
  )
}
