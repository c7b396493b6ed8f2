import { describe, expect, it } from 'vitest'
import { MAX_GROUP_LEVELS, nestingProblem } from '../../src/access/group-nesting'
import { groupSchema } from '../../src/access/rules'

const names = (...ids: string[]) => ids.map((id) => ({ group: { id } }))
const EVERYONE = [{ everyone: {} }]
const group = (id: string, rules: Record<string, unknown>) =>
  groupSchema.parse({ id, name: id.toUpperCase(), include: EVERYONE, ...rules })
const chain = (length: number) =>
  Array.from({ length }, (_, at) =>
    group(`g${at}`, { include: at + 1 < length ? names(`g${at + 1}`) : EVERYONE }),
  )

describe('Groups that name groups (assumed)', () => {
  it('may do so repeatedly, and may name unknown groups', () => {
    const groups = [
      group('a', { include: names('b', 'c'), exclude: names('d') }),
      group('b', { include: names('d', 'nothing') }),
      group('c', { include: names('d') }),
      group('d', {}),
    ]
    expect(nestingProblem(groups)).toBeUndefined()
  })

  it.each(['include', 'require', 'exclude'])('must not name themselves in %s', (part) => {
    expect(nestingProblem([group('a', { [part]: names('a') })])?.why).toBe(
      'the group A refers to itself',
    )
  })

  it('must not name themselves through others', () => {
    const groups = [
      group('x', { include: names('a') }),
      group('a', { include: names('b') }),
      group('b', { exclude: names('c') }),
      group('c', { require: names('a') }),
    ]
    expect(nestingProblem(groups)).toMatchObject({
      group: { id: 'a' },
      why: 'the group A refers to itself through B, C',
    })
  })

  it.each([
    ['in the order of the chain', (groups: ReturnType<typeof chain>) => groups],
    ['in the other', (groups: ReturnType<typeof chain>) => groups.toReversed()],
  ])('have a maximum depth, read %s', (_, ordered) => {
    expect(nestingProblem(ordered(chain(MAX_GROUP_LEVELS)))).toBeUndefined()
    for (const length of [MAX_GROUP_LEVELS + 1, 5000]) {
      expect(nestingProblem(ordered(chain(length)))?.why).toContain('more than 100 levels deep')
    }
  })
})
