import type { Figure } from './figures.ts'
import { expectStatus, type HttpResponse } from './http.ts'
import { manyCallers, median, oneCaller, type Round, ratio } from './measure.ts'
import { METADATA, startBare, startEmulator, startOrigin, startProvider } from './servers.ts'
import { refreshing } from './subjects.ts'

const CALLERS = 16
const SECONDS = 2

/** Measures requests against a bare Worker and `@cloudflare/workers-oauth-provider`. */
export async function speed(rounds: number, times: number): Promise<Figure[]> {
  const origin = await startOrigin()
  // One after the other, because two that start at once may find the same free port.
  const emulator = await startEmulator([`ORIGIN_URL:${origin.url}`])
  const bare = await startBare(origin.url, (await emulator.team(METADATA)).body)
  const provider = await startProvider()
  try {
    const { oauth } = emulator
    const clientId = await oauth.register()
    const { access_token } = await oauth.flow(clientId)
    const headers = { authorization: `Bearer ${access_token}` }
    const clientThere = await provider.oauth.register()
    const ok = async (response: Promise<HttpResponse>) => expectStatus(await response, 200)

    const one = await oneCaller(
      {
        static: () => ok(bare.send('/static')),
        proxy: () => ok(bare.send('/anything')),
        metadata: () => ok(emulator.team(METADATA)),
        gate: () => ok(emulator.app('/anything', { headers })),
        flow: () => oauth.flow(clientId),
        refresh: refreshing(oauth, clientId),
        'provider flow': () => provider.oauth.flow(clientThere),
        // A client of its own, because there a new authorization ends the client's older grants.
        'provider refresh': refreshing(provider.oauth, await provider.oauth.register()),
      },
      { rounds, times },
    )
    const many = await manyCallers(
      {
        static: () => () => ok(bare.send('/static')),
        metadata: () => () => ok(emulator.team(METADATA)),
        refresh: () => refreshing(oauth, clientId),
      },
      { rounds, callers: CALLERS, seconds: SECONDS },
    )

    const single = (name: string, to: string, target = {}): Figure => ({
      what: name,
      unit: 'ms',
      value: median(p50s(one[name])),
      p99: median((one[name] ?? []).map(({ p99 }) => p99)),
      ratio: { value: ratio(p50s(one[name]), p50s(one[to])), to, ...target },
    })
    const together = (name: string, target = {}): Figure => ({
      what: `${name}, ${CALLERS} callers`,
      unit: '/s',
      value: median(many[name] ?? []),
      ratio: { value: ratio(many[name] ?? [], many.static ?? []), to: 'static', ...target },
    })
    return [
      single('static', 'static'),
      single('proxy', 'static'),
      single('metadata', 'static', { atMost: 1.1 }),
      single('gate', 'proxy', { atMost: 1.25 }),
      single('flow', 'static', { atMost: 3.5 }),
      single('refresh', 'static', { atMost: 1.9 }),
      single('provider flow', 'flow', { atLeast: 2 }),
      single('provider refresh', 'refresh', { atLeast: 2 }),
      together('static'),
      together('metadata', { atLeast: 0.85 }),
      together('refresh', { atLeast: 0.45 }),
    ]
  } finally {
    for (const server of [emulator, bare, provider]) await server.stop()
    origin.stop()
  }
}

function p50s(rounds: Round[] = []): number[] {
  return rounds.map(({ p50 }) => p50)
}
