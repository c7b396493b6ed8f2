import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MANAGED_OAUTH_FORMS, newGrantId, newSecret } from '../../src/access/token'
import { DASHBOARD_FORMS } from '../../src/account/oauth/dash-token'

const credential = () => ({ grantId: newGrantId(), secret: newSecret() })

describe.each([
  ['code', 'cfoac_'],
  ['access', 'cfoat_'],
  ['refresh', 'cfort_'],
] as const)('The dashboard form of a credential: %s [D20, D21]', (kind, prefix) => {
  const form = DASHBOARD_FORMS[kind]

  it(`is ${prefix} and twice 43 characters, 93 in all`, () => {
    expect(form.format(credential())).toMatch(new RegExp(`^${prefix}[\\w-]{43}\\.[\\w-]{43}$`))
    expect(form.format(credential())).toHaveLength(93)
  })

  it('is marked as emulated', () => {
    expect(form.format(credential())).toContain('-EMULATED-NOT-A-REAL-')
  })

  it('is parsed into its parts', () => {
    const own = credential()
    expect(form.parse(form.format(own))).toEqual(own)
  })

  it('is not parsed in any other form', () => {
    const text = form.format(credential())
    const others = Object.entries(DASHBOARD_FORMS).filter(([other]) => other !== kind)
    for (const [, other] of [...others, ...Object.entries(MANAGED_OAUTH_FORMS)]) {
      expect(other.parse(text)).toBeUndefined()
    }
  })

  it('is not parsed with a character added, removed or changed', () => {
    const text = form.format(credential())
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('', '.', ' ', '\n'), (at, change) => {
        fc.pre(change !== text[at])
        expect(form.parse(text.slice(0, at) + change + text.slice(at + 1))).toBeUndefined()
      }),
    )
    expect(form.parse(`${text}\n`)).toBeUndefined()
  })
})
