import type { Figure } from './figures.ts'
import { expectStatus } from './http.ts'
import { median, type Operation, oneCaller, ratio } from './measure.ts'
import { type Emulator, METADATA, startEmulator, startOrigin } from './servers.ts'
import { refreshing } from './subjects.ts'
import { manyTimes } from './together.ts'

const CONSOLE = '/_emulator/console/state'

/**
 * Measures what a request costs with more and more clients and grants in the store: one emulator for
 * each size, with requests in turn.
 */
export async function growth(sizes: number[], rounds: number, times: number): Promise<Figure[]> {
  const origin = await startOrigin()
  const emulators: Emulator[] = []
  try {
    const operations: Record<string, Operation> = {}
    for (const size of sizes) {
      const emulator = await startEmulator([`ORIGIN_URL:${origin.url}`])
      emulators.push(emulator)
      const { oauth } = emulator
      await manyTimes(size, async () => oauth.flow(await oauth.register()))
      Object.assign(operations, await operationsOf(emulator, size))
    }
    const results = await oneCaller(operations, { rounds, times })
    const p50s = (name: string) => (results[name] ?? []).map(({ p50 }) => p50)
    const [least] = sizes
    return ['metadata', 'gate', 'flow', 'refresh', 'console'].flatMap((name) =>
      sizes.map((size): Figure => {
        const values = p50s(`${name} ${size}`)
        const p99 = median((results[`${name} ${size}`] ?? []).map((round) => round.p99))
        const to = p50s(`${name} ${least}`)
        const what = `${name}, ${size} clients and grants`
        const growing = { value: ratio(values, to), to: `${least}` }
        return { what, unit: 'ms', value: median(values), p99, ratio: growing }
      }),
    )
  } finally {
    for (const emulator of emulators) await emulator.stop()
    origin.stop()
  }
}

async function operationsOf(emulator: Emulator, size: number): Promise<Record<string, Operation>> {
  const { app, oauth, team } = emulator
  const clientId = await oauth.register()
  const { access_token } = await oauth.flow(clientId)
  const headers = { authorization: `Bearer ${access_token}` }
  return {
    [`metadata ${size}`]: async () => expectStatus(await team(METADATA), 200),
    [`gate ${size}`]: async () => expectStatus(await app('/anything', { headers }), 200),
    [`flow ${size}`]: () => oauth.flow(clientId),
    [`refresh ${size}`]: refreshing(oauth, clientId),
    [`console ${size}`]: async () => expectStatus(await app(CONSOLE), 200),
  }
}
