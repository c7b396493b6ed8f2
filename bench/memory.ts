import type { Figure } from './figures.ts'
import { flowsTogether } from './fill.ts'
import { startEmulator, startOrigin } from './servers.ts'

/** What workerd holds after ten times as many flows. */
export async function memory(flows: number): Promise<Figure[]> {
  const origin = await startOrigin()
  const emulator = await startEmulator(origin.url)
  try {
    const clientId = await emulator.oauth.register()
    await flowsTogether(flows / 10, () => emulator.oauth.flow(clientId))
    const before = await emulator.memoryMiB()
    await flowsTogether((flows / 10) * 9, () => emulator.oauth.flow(clientId))
    const after = await emulator.memoryMiB()
    const to = `after ${flows / 10}`
    return [
      { what: `memory ${to} flows`, unit: 'MiB', value: before },
      {
        what: `memory after ${flows} flows`,
        unit: 'MiB',
        value: after,
        ratio: { value: after / before, to, atMost: 1.2 },
      },
    ]
  } finally {
    await emulator.stop()
    origin.stop()
  }
}
