import { cors, resourceMetadata, row, serverMetadata } from './expectations.ts'
import type { Instead, ProbeEntry } from './probe.ts'

const RFC_9728: [string, Instead] = ['M7', { oauthOff: 'M8' }]

/** Metadata, published keys, and what web pages of another origin may read. */
export const DOCUMENTS: Record<string, ProbeEntry> = {
  'resource-metadata': {
    title: 'The protected resource metadata of Access',
    request: 'GET {application}/.well-known/cloudflare-access-protected-resource{path}',
    compares: [
      row('M1', 'status', 'Clients cannot read where to authorize.'),
      ...resourceMetadata({
        resource: ['M3', { atPath: 'M4' }],
        methods: ['M6', { oauthOff: 'M5' }],
        rest: ['M2'],
      }),
    ],
  },
  'resource-metadata-root': {
    title: 'The protected resource metadata of Access, for the root',
    request: 'GET {application}/.well-known/cloudflare-access-protected-resource/',
    compares: [
      row('M1', 'status', 'Clients cannot read where to authorize.'),
      ...resourceMetadata({
        resource: ['M3'],
        methods: ['M6', { oauthOff: 'M5' }],
        rest: ['M2'],
      }),
    ],
  },
  'rfc-9728': {
    title: 'The protected resource metadata of RFC 9728',
    request: 'GET {application}/.well-known/oauth-protected-resource{path}',
    compares: [
      row('M7', 'status', 'Clients that ignore resource_metadata fail or succeed.', {
        oauthOff: 'M8',
      }),
      ...resourceMetadata({ resource: RFC_9728, methods: RFC_9728, rest: RFC_9728 }),
    ],
  },
  'server-metadata': {
    title: "The authorization server's metadata at the team domain",
    request: 'GET {team}/.well-known/oauth-authorization-server{issuer-path}',
    compares: serverMetadata(),
  },
  'server-metadata-application': {
    title: "The authorization server's metadata at the application",
    request: 'GET {application}/.well-known/oauth-authorization-server',
    compares: [
      row('M10', 'status', 'Clients that look at the application fail or succeed.', {
        oauthOff: 'M11',
      }),
      row(
        'M10',
        ['member issuer', 'other members'],
        'Such clients read another issuer, or other endpoints.',
        { oauthOff: 'M11' },
      ),
    ],
  },
  'metadata-cors': {
    title: 'A web page reads the metadata',
    request: `GET {team}/.well-known/oauth-authorization-server{issuer-path}
      Origin: https://client.example`,
    compares: cors('M17', 'cannot sign in'),
  },
  'token-preflight': {
    title: 'A preflight of the token endpoint',
    request: `OPTIONS {token}
      Origin: https://client.example
      Access-Control-Request-Method: POST
      Access-Control-Request-Headers: content-type`,
    compares: cors('M17', 'cannot redeem a code', 'status'),
  },
  'application-preflight': {
    title: 'A preflight of the application',
    request: `OPTIONS {application}{path}
      Origin: https://client.example
      Access-Control-Request-Method: POST
      Access-Control-Request-Headers: authorization, content-type`,
    compares: cors('O17', 'cannot call the application', 'status'),
  },
  certs: {
    title: 'The published keys',
    request: 'GET {team}/cdn-cgi/access/certs',
    compares: [
      row('O11', 'status', 'Origins cannot verify assertions.'),
      row('O11', 'names of members', 'Origins read the keys from other members.'),
    ],
  },
}
