import { expect, it } from 'vitest'
import { withoutOwnCookies } from '../../src/signin/browser'

it.each([
  ['a=1; CF_Access_Session=x; b=2', 'a=1; b=2'],
  ['CF_Dash_Session=x;CF_Access_Login=y', ''],
  ['CF_Authorization=x; XCF_Dash_Session=y', 'CF_Authorization=x; XCF_Dash_Session=y'],
  ['', ''],
  // Two headers, which a runtime joins by a comma.
  ['a=1, CF_Access_Session=x; b=2', 'a=1; b=2'],
  ['a=1, 2; b=x,CF_Dash_Session=y', 'a=1, 2; b=x'],
])(
  'A request to the origin has no session cookie of the team domain or the dashboard: %j is %j',
  (header, left) => {
    expect(withoutOwnCookies(header)).toBe(left)
  },
)
