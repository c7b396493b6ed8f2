/** Prints what `startEmulator()`, `signIn()` and `reset()` of the built package take, in ms (p50). */
import { pathToFileURL } from 'node:url'
import { median } from './measure.ts'

type Package = typeof import('../src/node/index.ts')
const { startEmulator } = (await import(pathToFileURL('dist/index.js').href)) as Package

async function p50(times: number, act: () => Promise<unknown>): Promise<number> {
  const taken: number[] = []
  for (let time = 0; time < times; time++) {
    const before = performance.now()
    await act()
    taken.push(performance.now() - before)
  }
  return median(taken)
}

const emulator = await startEmulator()
await emulator.signIn('ada@example.com')
const signIn = await p50(300, () => emulator.signIn('ada@example.com'))
const reset = await p50(300, () => emulator.reset())
const started = await p50(30, async () => {
  const another = await startEmulator()
  setImmediate(() => void another.close())
})
console.log(JSON.stringify({ startEmulator: started, signIn, reset }))
await emulator.close()
process.exit(0)
