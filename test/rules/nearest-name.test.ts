import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearestName, suggestionFor } from '../../src/access/nearest-name'

const KNOWN = ['OAuth Client Read', 'OAuth Client Write', 'DNS Write', 'Zone Read']

describe('The nearest known name', () => {
  it.each([
    ['prot', 'port'],
    ['grnat', 'grant'],
    ['tezt', 'test'],
  ])('is one edit away if a letter is wrong or two are exchanged: %s', (name, nearest) => {
    expect(nearestName(name, ['port', 'grant', 'test'])).toBe(nearest)
  })

  it.each([
    ['OAuth Clent Write', 'OAuth Client Write'],
    ['oauth client read', 'OAuth Client Read'],
    ['Zone Raed', 'Zone Read'],
    ['dns write', 'DNS Write'],
    ['DNS', 'DNS Write'],
  ])('of "%s" is %s', (name, nearest) => {
    expect(nearestName(name, KNOWN)).toBe(nearest)
  })

  it('is the name itself if it is known', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 }), (known) => {
        const [first = ''] = known
        expect(nearestName(first, known)?.toLowerCase()).toBe(first.toLowerCase())
      }),
    )
  })

  it.each(['Everything', 'Queues Write', 'x', ''])(
    'of "%s", which is far, does not exist',
    (name) => {
      expect(nearestName(name, KNOWN)).toBeUndefined()
      expect(suggestionFor(name, KNOWN)).toBe(`expected one of ${KNOWN.join(', ')}`)
    },
  )

  it('is undefined if no name is known', () => {
    expect(nearestName('DNS Write', [])).toBeUndefined()
    expect(suggestionFor('DNS Write', [])).toBe('expected none')
  })
})
