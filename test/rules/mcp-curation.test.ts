import { describe, expect, it } from 'vitest'
import { exposedBy, type Mapped, mergedOverrides } from '../../src/mcp/curation'
import type { Definition, Override } from '../../src/mcp/override'
import { type Mapping, mappingSchema } from '../../src/mcp/portal'
import { type McpServer, newServer, serverSchema } from '../../src/mcp/server'

function mapped(
  id: string,
  tools: Definition[],
  {
    own = [],
    ...mapping
  }: { own?: Override[] } & Partial<Pick<Mapping, 'updated_tools' | 'default_disabled'>> = {},
): Mapped & { server: McpServer } {
  const parsed = serverSchema.parse({
    id,
    name: id,
    hostname: 'https://docs.example.net/mcp',
    auth_type: 'unauthenticated',
    updated_tools: own,
  })
  return {
    server: { ...newServer(parsed, { kind: 'none' }), tools },
    mapping: mappingSchema.parse({ server_id: id, ...mapping }),
  }
}

const names = (...all: Mapped[]) => exposedBy(all, 'tools').map(({ name }) => name)

describe('The name of a tool', () => {
  it('is the id of its server, an underscore and its own name [MP41]', () => {
    expect(names(mapped('cloudflare-blog', [{ name: 'search_posts' }]))).toEqual([
      'cloudflare-blog_search_posts',
    ])
  })

  it('has the alias in place of its own name; the portal comes before the server [MP42]', () => {
    const own = [{ name: 'read', alias: 'look', description: 'Of the server.' }]
    const [first] = exposedBy([mapped('docs', [{ name: 'read' }], { own })], 'tools')
    expect(first).toMatchObject({
      name: 'docs_look',
      upstreamName: 'read',
      definition: { name: 'docs_look', description: 'Of the server.' },
    })
    const updated_tools = [{ name: 'read', alias: 'see' }]
    const [second] = exposedBy(
      [mapped('docs', [{ name: 'read' }], { own, updated_tools })],
      'tools',
    )
    expect(second?.definition).toMatchObject({ name: 'docs_see', description: 'Of the server.' })
  })

  it('belongs to one server, the first of the portal, if two servers would have it', () => {
    const a = mapped('a', [{ name: 'b_c' }])
    const ab = mapped('a_b', [{ name: 'c' }, { name: 'd' }])
    expect(names(a, ab)).toEqual(['a_b_c', 'a_b_d'])
    expect(exposedBy([a, ab], 'tools')[0]?.server.id).toBe('a')
    expect(exposedBy([ab, a], 'tools')[0]?.server.id).toBe('a_b')
  })
})

describe('A definition', () => {
  it('passes as it is stored, but for the name [MP45]', () => {
    const stored = {
      name: 'read',
      title: 'Read',
      annotations: { readOnlyHint: true },
      inputSchema: { type: 'object', additionalProperties: false },
      outputSchema: { type: 'object' },
      _meta: { 'ui/resourceUri': 'ui://docs/read' },
      unknown: [1],
    }
    const [exposed] = exposedBy([mapped('docs', [stored])], 'tools')
    expect(exposed?.definition).toEqual({ ...stored, name: 'docs_read' })
  })
})

describe('A tool that was added later', () => {
  const later = (default_disabled: boolean) => {
    const updated_tools = [{ name: 'read', enabled: true }]
    const tools = [{ name: 'read' }, { name: 'later' }]
    return mapped('docs', tools, { default_disabled, updated_tools })
  }

  it.each([
    [false, ['docs_read', 'docs_later']],
    [true, ['docs_read']],
  ])('with default_disabled %s: %j [MP44]', (isDisabled, expected) => {
    expect(names(later(isDisabled))).toEqual(expected)
  })

  it('loses its alias if its server renames it [MP42]', () => {
    const updated_tools = [{ name: 'read', alias: 'look' }]
    const { server, mapping } = mapped('docs', [{ name: 'read2' }], { updated_tools })
    expect(mergedOverrides(server, mapping, 'tools')).toEqual([{ name: 'read2', enabled: true }])
  })
})
