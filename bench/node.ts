import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Figure } from './figures.ts'
import { expectStatus } from './http.ts'
import { median, oneCaller, type Round, ratio } from './measure.ts'
import { startEmulate, startPackage } from './node-servers.ts'
import { refreshing } from './subjects.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The cost of the package in Node, beside `emulate`, an emulator that checks less. */
export async function node(rounds: number, times: number): Promise<Figure[]> {
  execFileSync(process.execPath, ['src/node/build.ts'], { cwd: ROOT, stdio: 'inherit' })
  return [...(await starts(rounds)), ...(await requests(rounds, times)), ...inProcess()]
}

async function starts(rounds: number): Promise<Figure[]> {
  const own: number[] = []
  const theirs: number[] = []
  const memory: [number[], number[]] = [[], []]
  // The first start reads files that the later ones find in memory.
  for (let round = -1; round < rounds; round++) {
    for (const [startedIn, memories, begin] of [
      [own, memory[0], startPackage],
      [theirs, memory[1], startEmulate],
    ] as const) {
      const server = await begin()
      if (round >= 0) {
        startedIn.push(server.coldStartMs)
        memories.push(await server.memoryMiB())
      }
      await server.stop()
    }
  }
  return [
    { what: 'emulate, process start', unit: 'ms', value: median(theirs) },
    compared('process start', 'ms', own, theirs, 1.5),
    { what: 'emulate, idle memory', unit: 'MiB', value: median(memory[1]) },
    compared('idle memory', 'MiB', memory[0], memory[1], 2),
  ]
}

async function requests(rounds: number, times: number): Promise<Figure[]> {
  const emulate = await startEmulate()
  const own = await startPackage()
  try {
    const clientId = await own.oauth.register()
    const { access_token } = await own.oauth.flow(clientId)
    const headers = { authorization: `Bearer ${access_token}` }
    const there = await emulate.oauth.flow('')
    const headersThere = { authorization: `Bearer ${there.access_token}` }
    const found = await oneCaller(
      {
        'emulate flow': () => emulate.oauth.flow(''),
        flow: () => own.oauth.flow(clientId),
        'emulate refresh': refreshing(emulate.oauth, ''),
        refresh: refreshing(own.oauth, clientId),
        'emulate bearer': async () =>
          expectStatus(await emulate.send(emulate.userinfo, { headers: headersThere }), 200),
        admitted: async () => expectStatus(await own.app('/whoami', { headers }), 200),
      },
      { rounds, times },
    )
    const p50s = (name: string) => (found[name] ?? []).map(({ p50 }: Round) => p50)
    const single = (name: string, to: string, atMost: number) => [
      { what: to, unit: 'ms', value: median(p50s(to)) } satisfies Figure,
      compared(name, 'ms', p50s(name), p50s(to), atMost, to),
    ]
    return [
      ...single('flow', 'emulate flow', 1),
      ...single('refresh', 'emulate refresh', 1),
      ...single('admitted', 'emulate bearer', 3),
    ]
  } finally {
    await Promise.all([own.stop(), emulate.stop()])
  }
}

/** `startEmulator()`, `signIn()` and `reset()` in a warm process of their own. */
function inProcess(): Figure[] {
  const script = fileURLToPath(new URL('./node-in-process.ts', import.meta.url))
  const text = execFileSync(process.execPath, [script], { cwd: ROOT, encoding: 'utf8' })
  const found = JSON.parse(text) as Record<string, number>
  const TARGETS: Record<string, number> = { startEmulator: 30, signIn: 3, reset: 0.5 }
  return Object.entries(found).map(([what, value]) => ({
    what: `${what}()`,
    unit: 'ms',
    value,
    ratio: { value: value / (TARGETS[what] ?? 1), to: `${TARGETS[what]} ms`, atMost: 1 },
  }))
}

function compared(
  what: string,
  unit: Figure['unit'],
  own: number[],
  theirs: number[],
  atMost: number,
  to = 'emulate',
): Figure {
  return { what, unit, value: median(own), ratio: { value: ratio(own, theirs), to, atMost } }
}
