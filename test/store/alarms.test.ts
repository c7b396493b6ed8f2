import { beforeEach, expect, it } from 'vitest'
import { Client } from '../support/client'
import { ADA, emulator, stopClock } from '../support/emulator'
import { alarms } from '../support/store'

stopClock()
const world = emulator()
const client = new Client(world.fetch)
beforeEach(async () => {
  await world.reset()
  await world.signIn(ADA)
})

it('A grant is deleted one day after its session: until then, a refresh says that it ended [T17]', async () => {
  const { clientId, tokens } = await client.connect()
  const refresh = () => client.refresh(clientId, tokens.refresh_token)
  await world.advance('47h59m')
  await alarms()
  await expect(refresh()).toBeRefused('invalid_grant', /session of the grant has ended/)
  await world.advance('1m')
  await alarms()
  await expect(refresh()).toBeRefused('invalid_grant', 'refresh token is invalid')
})
