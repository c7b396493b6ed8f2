import { describe, expect, it } from 'vitest'
import { differenceOf } from '../../src/mcp/difference'

const tool = (name: string, members: object = {}) => ({ name, ...members })

describe('The difference of two catalogues', () => {
  it('names what was added, removed and changed, with the members that differ [MP46]', () => {
    const stored = [tool('read'), tool('search', { description: 'Old.', title: 'Search' })]
    const live = [tool('search', { description: 'New.', inputSchema: {} }), tool('write')]
    expect(differenceOf(stored, live)).toEqual({
      added: ['write'],
      removed: ['read'],
      changed: [{ name: 'search', members: ['description', 'inputSchema', 'title'] }],
    })
  })

  it('is nothing if only the order of members and definitions differs', () => {
    const schema = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } } }
    const other = { properties: { b: { type: 'number' }, a: { type: 'string' } }, type: 'object' }
    const stored = [tool('read', { inputSchema: schema }), tool('write')]
    const live = [tool('write'), tool('read', { inputSchema: other })]
    expect(differenceOf(stored, live)).toEqual({ added: [], removed: [], changed: [] })
  })

  it('includes the order of a list, which JSON keeps', () => {
    const [stored, live] = [
      ['a', 'b'],
      ['b', 'a'],
    ].map((required) => [tool('read', { inputSchema: { required } })])
    expect(differenceOf(stored ?? [], live ?? []).changed).toHaveLength(1)
  })
})
