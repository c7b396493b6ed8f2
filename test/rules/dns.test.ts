import { expect, it } from 'vitest'
import { inZone } from '../../src/store/emulator/dns'

it.each(['constructor', '__proto__', 'toString', 'none.example'])(
  'a host that the emulated zone has not has no records: %s',
  async (host) => {
    expect(await inZone({ 'a.example': ['x'] })(host)).toEqual([])
  },
)

it('a host that the emulated zone has, has its own', async () => {
  expect(await inZone({ 'a.example': ['x', 'y'] })('a.example')).toEqual(['x', 'y'])
})
