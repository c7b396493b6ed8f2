import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { goForm } from '../../src/account/oauth/go-form'

describe("Go's form encoding [D10]", () => {
  it('is in alphabetical order, and omits missing values', () => {
    expect(goForm({ state: 's', error: 'e', code: undefined })).toBe('error=e&state=s')
  })

  it.each([
    [' ', '+'],
    ['+', '%2B'],
    ['~', '~'],
    ['*', '%2A'],
    ["'()!", '%27%28%29%21'],
    ['ä', '%C3%A4'],
    ['-_.', '-_.'],
    ['\ud800', '%EF%BF%BD'],
  ])('writes %j as %s', (text, encoded) => {
    expect(goForm({ a: text })).toBe(`a=${encoded}`)
  })

  it('can be parsed by any form parser', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(new URLSearchParams(goForm({ a: text })).get('a')).toBe(text)
      }),
    )
  })
})
