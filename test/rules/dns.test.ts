import { expect, it } from 'vitest'
import { inZone } from '../../src/store/emulator/dns'

it.each(['constructor', '__proto__', 'toString', 'none.example'])(
  'A host that is not in the emulated zone has no records: %s',
  async (host) => {
    expect(await inZone({ 'a.example': ['x'] })(host)).toEqual([])
  },
)

it('A host in the emulated zone has its records', async () => {
  expect(await inZone({ 'a.example': ['x', 'y'] })('a.example')).toEqual(['x', 'y'])
})
