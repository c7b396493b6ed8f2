import { beforeEach, expect, it } from 'vitest'
import { emulator } from '../support/emulator'
import { observer } from '../support/observer'
import { emulatorObjectWith } from '../support/store'

beforeEach(() => emulator().reset())

it('Events that the Durable Object did not accept are sent to it again', async () => {
  const replaced: Parameters<typeof emulatorObjectWith>[0] = {
    record: () => Promise.reject(new Error('overloaded')),
  }
  const there = observer(emulator({ EMULATOR: emulatorObjectWith(replaced) }).fetch)
  await there.control('GET', 'clock')
  const answer = await there.control('PUT', 'quirks/refresh-grace', { on: true })
  await expect(there.events()).rejects.toThrow('server_error')

  delete replaced.record

  expect(await there.eventsOf(answer)).toMatchObject([{ kind: 'control' }])
})
