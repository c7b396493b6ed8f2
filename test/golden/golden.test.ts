import { afterAll, describe, expect, it, vi } from 'vitest'
import { emulator } from '../support/emulator'
import { Assets, recordingOf } from './recording'
import { replay } from './replay'
import { SCENARIOS } from './scenarios'

vi.useFakeTimers({ toFake: ['Date'] })
afterAll(emulator().reset)

describe('Every response is the recorded one', () => {
  it.each(SCENARIOS)('$name', async (scenario) => {
    const world = await replay(scenario)
    const assets = new Assets()
    const { exchanges, placeholders } = world
    const recording = recordingOf(scenario.name, exchanges, placeholders, assets)
    await expect(recording).toMatchFileSnapshot(`recorded/${scenario.name}.txt`)
  })
})
