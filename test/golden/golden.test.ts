import { afterAll, describe, expect, inject, it, vi } from 'vitest'
import { APP, emulator } from '../support/emulator'
import { isWorkerd } from '../support/size'
import { Assets, eventsOf, recordingOf } from './recording'
import { replay, type Scenario, type World } from './replay'
import { SCENARIOS } from './scenarios'

// Values of the real time are recorded as such, so the clock is stopped.
vi.useFakeTimers({ toFake: ['Date'] })
afterAll(emulator().reset)

/**
 * Settings that switch reporting off: a replay with them has to be the same, byte for byte, for gate,
 * team and dash.
 */
const UNOBSERVED: Record<string, unknown>[] = [{ EVENTS_KEPT: '0' }]
// Reporting is the Worker's own code, so `npm test` compares in Node alone, and `npm run load` in workerd too.
const REPLAYED = isWorkerd && inject('mode') !== 'full' ? [] : UNOBSERVED

const assets = new Assets()
const recorded = ({ name }: Scenario, { exchanges, placeholders }: World) =>
  recordingOf(name, exchanges, placeholders, assets)
const recordings = new Map<Scenario, string>()

describe('Every response is the recorded one', () => {
  it.each(SCENARIOS)('$name, and so are the events', async (scenario) => {
    const world = await replay(scenario)
    const { name } = scenario
    const recording = recorded(scenario, world)
    recordings.set(scenario, recording)
    await expect(recording).toMatchFileSnapshot(`recorded/${name}.txt`)
    const events = await (await world.unrecorded(`${APP}/_emulator/events`)).text()
    const told = eventsOf(events, world.placeholders)
    await expect(told).toMatchFileSnapshot(`recorded/events/${name}.txt`)
  })

  it('with these style sheets and scripts', async () => {
    await expect(assets.recording).toMatchFileSnapshot('recorded/styles-and-scripts.txt')
  })
})

const OBSERVED = SCENARIOS.filter((each) => ['gate', 'team', 'dash'].includes(each.of))

describe.each(REPLAYED)('With %j nothing that a client sees is different', (settings) => {
  it.each(OBSERVED)('$name', async (scenario) => {
    // With `-t`, the first part has not run.
    const before = recordings.get(scenario) ?? recorded(scenario, await replay(scenario))
    expect(recorded(scenario, await replay(scenario, settings))).toBe(before)
  })
})
