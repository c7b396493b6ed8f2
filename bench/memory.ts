import type { Figure } from './figures.ts'
import type { Operation } from './measure.ts'
import type { Server } from './server.ts'
import { startBare, startEmulator, startOrigin } from './servers.ts'
import { manyTimes } from './together.ts'

const REQUESTS_OF_A_FLOW = 2

/** Measures workerd's memory after ten times as many flows; for a bare Worker, after as many requests. */
export async function memory(flows: number): Promise<Figure[]> {
  const origin = await startOrigin()
  try {
    const bare = await startBare(origin.url, '{}')
    const requests = flows * REQUESTS_OF_A_FLOW
    const there = await grown(bare, requests, 'requests', () => bare.send('/static'))
    const emulator = await startEmulator([`ORIGIN_URL:${origin.url}`])
    const clientId = await emulator.oauth.register()
    const here = await grown(emulator, flows, 'flows', () => emulator.oauth.flow(clientId))
    return [
      ...there.map((figure) => ({ ...figure, what: `bare Worker, ${figure.what}` })),
      ...here.map((figure) => ({
        ...figure,
        ...(figure.ratio && { ratio: { ...figure.ratio, atMost: 1.2 } }),
      })),
    ]
  } finally {
    origin.stop()
  }
}

async function grown(
  server: Server,
  times: number,
  unit: string,
  operation: Operation,
): Promise<Figure[]> {
  try {
    await manyTimes(times / 10, operation)
    const before = await server.memoryMiB()
    await manyTimes((times / 10) * 9, operation)
    const after = await server.memoryMiB()
    const to = `after ${times / 10}`
    return [
      { what: `memory ${to} ${unit}`, unit: 'MiB', value: before },
      {
        what: `memory after ${times} ${unit}`,
        unit: 'MiB',
        value: after,
        ratio: { value: after / before, to },
      },
    ]
  } finally {
    await server.stop()
  }
}
