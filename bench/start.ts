import type { Figure } from './figures.ts'
import { median, ratio } from './measure.ts'
import { startAlone, startBare } from './servers.ts'

const NOWHERE = 'http://127.0.0.1:1'

/** Measures the time from the start of `wrangler dev` to the first 200, one server at a time. */
export async function start(rounds: number): Promise<Figure[]> {
  const bare: number[] = []
  const emulator: number[] = []
  for (let round = 0; round < rounds; round++) {
    for (const [times, begin] of [
      [bare, () => startBare(NOWHERE, '{}')],
      [emulator, () => startAlone([`ORIGIN_URL:${NOWHERE}`])],
    ] as const) {
      const server = await begin()
      times.push(server.coldStartMs)
      await server.stop()
    }
  }
  return [
    { what: 'cold start, bare Worker', unit: 'ms', value: median(bare) },
    {
      what: 'cold start',
      unit: 'ms',
      value: median(emulator),
      ratio: { value: ratio(emulator, bare), to: 'bare Worker', atMost: 1.15 },
    },
  ]
}
