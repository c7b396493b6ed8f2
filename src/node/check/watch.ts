import type { Around } from '../engine.ts'

/** A request of the client, in real time. */
export type SeenRequest = {
  /** The number of the run; 0 is the first. Runs at the same time have one number. */
  run: number
  atMs: number
  method: string
  path: string
  status: number
  rayId: string
  /** The seconds of `Retry-After`. */
  retryAfter?: number
}

/** The requests of a client while it runs. */
export type Watch = {
  around: Around
  requests: SeenRequest[]
  /** Sets the function that is called once, before the response to the third admitted request. */
  whenWorking(act: () => Promise<void>): void
  /** Returns the milliseconds without a request; 0 before the first one and while one is handled. */
  idleMs(): number
  hasRequestSince(timeMs: number): boolean
  /** Counts the requests from now on as those of the next run. */
  nextRun(): void
}

const USER_AGENT = 'checked-client'
// `initialize`, `notifications/initialized` and one request more: the client is at work.
const ADMISSIONS_BEFORE_WORK = 3

/** Watches the requests of a client. Requests to the control are the checker's own. */
export function watch(now: () => number = Date.now): Watch {
  const requests: SeenRequest[] = []
  let underWay = 0
  let lastMs: number | undefined
  let admissions = 0
  let run = 0
  let act: (() => Promise<void>) | undefined
  return {
    requests,
    async around(request, next) {
      const { method, url, headers } = request
      const { pathname: path } = new URL(url)
      if (path.startsWith('/_emulator')) return next(request)
      const atMs = now()
      const hasToken = /^bearer /i.test(headers.get('authorization') ?? '')
      underWay++
      try {
        const response = await next(asOneClient(request))
        requests.push({ run, atMs, method, path, status: response.status, ...factsOf(response) })
        if (hasToken && response.status < 300 && ++admissions === ADMISSIONS_BEFORE_WORK) {
          await act?.()
        }
        return response
      } finally {
        underWay--
        lastMs = now()
      }
    },
    whenWorking(todo) {
      act = todo
    },
    nextRun() {
      run++
    },
    hasRequestSince: (timeMs) => lastMs !== undefined && lastMs >= timeMs,
    idleMs: () => (underWay > 0 || lastMs === undefined ? 0 : now() - lastMs),
  }
}

// An emulator has one client here. Its libraries may send several names, and the client report would take
// them for several clients. The person's browser stays another one.
function asOneClient(request: Request): Request {
  const { body, headers, method, signal, url } = request
  if (headers.get('sec-fetch-mode') === 'navigate') return request
  const named = new Headers(headers)
  named.set('user-agent', USER_AGENT)
  const stream = body && { body, duplex: 'half' as const }
  return new Request(url, { method, headers: named, signal, ...stream })
}

function factsOf({ headers }: Response): Pick<SeenRequest, 'rayId' | 'retryAfter'> {
  const retryAfter = headers.get('retry-after')
  return {
    rayId: headers.get('cf-ray') ?? '',
    ...(retryAfter !== null && { retryAfter: Number(retryAfter) }),
  }
}
