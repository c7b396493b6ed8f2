import type { RecordKindView } from '../../pages/configure/records'

/** A kind of record that is edited as JSON: its page, and its place in the API. */
export type JsonKind = RecordKindView & {
  /** The path of the list below the account. */
  path: string
  /** Whether there is exactly one record, at the path itself. */
  isSingle?: true
  /** The members that its entry in the list shows. */
  facts: string[]
  /** The record that a new form starts with. */
  example: object
}

/** The kinds with a list and an editor of their JSON. A new kind is one entry here. */
export const JSON_KINDS: readonly JsonKind[] = [
  {
    slug: 'policies',
    title: 'Policies',
    noun: 'a policy',
    what: 'Reusable policies. Applications refer to them by id.',
    path: '/access/policies',
    facts: ['decision'],
    example: {
      name: 'Engineering',
      decision: 'allow',
      include: [{ email_domain: { domain: 'example.com' } }],
      require: [],
      exclude: [],
    },
  },
  {
    slug: 'groups',
    title: 'Groups',
    noun: 'a group',
    what: 'Named rules. A policy includes a group with {"group":{"id":"..."}}.',
    path: '/access/groups',
    facts: [],
    example: {
      name: 'Engineering',
      include: [{ email_domain: { domain: 'example.com' } }],
      require: [],
      exclude: [],
    },
  },
  {
    slug: 'identity-providers',
    title: 'Identity providers',
    noun: 'an identity provider',
    what: 'The ways to sign in. Each one is a button on the login page.',
    path: '/access/identity_providers',
    facts: ['type'],
    example: { name: 'GitHub', type: 'github', config: {} },
  },
  {
    slug: 'organization',
    title: 'Organization',
    noun: 'the organization',
    what: 'The Zero Trust organization. A member that you leave out stays as it is.',
    path: '/access/organizations',
    isSingle: true,
    facts: [],
    example: {},
  },
  {
    slug: 'mcp-servers',
    title: 'MCP servers',
    noun: 'an MCP server',
    what: 'The upstream servers of MCP server portals. Credentials can be set, but are never shown.',
    path: '/access/ai-controls/mcp/servers',
    facts: ['status'],
    example: {
      id: 'docs',
      name: 'Docs',
      hostname: 'http://localhost:3000/mcp',
      auth_type: 'unauthenticated',
    },
  },
  {
    slug: 'mcp-portals',
    title: 'MCP server portals',
    noun: 'an MCP server portal',
    what: 'A portal is one hostname for several MCP servers, which it names by id.',
    path: '/access/ai-controls/mcp/portals',
    facts: ['hostname'],
    example: { id: 'tools', name: 'Tools', hostname: 'tools.example.com', servers: [] },
  },
]
