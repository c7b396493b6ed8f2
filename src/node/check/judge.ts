import type { Emulator } from '../emulator.ts'
import type { EmulatorEvent } from '../events.ts'
import { type Judged, judge } from './checks.ts'
import type { Situation } from './situation.ts'
import type { SeenRequest } from './watch.ts'

const MOST_EVENTS = 1000
const LEVELS = ['MUST', 'SHOULD', 'MAY']
// A client need not revoke its tokens.
const OPTIONAL = ['revocation']

/**
 * Judges a situation that has ended, by the reports of all its clients and by the checks of `checks.ts`.
 * It is passed only if every check of `shows` is: a check that was not seen is no pass.
 */
export async function judgeSituation(
  { id, title, shows, also = [] }: Situation,
  emulator: Emulator,
  requests: SeenRequest[],
  disturbedAt: number | undefined,
) {
  const events = await emulator.events.list({ limit: MOST_EVENTS })
  const reported = await reportsOf(emulator, events)
  const seen = { events, requests, disturbedAt }
  const every = [...reported.keys()].filter((each) => !OPTIONAL.includes(each))
  const wanted = [...new Set([...shows, ...(also === 'every' ? every : also)])]
  const judged = wanted.map((each) => judge(each, seen) ?? reported.get(each) ?? unknown(each))
  const failed = judged
    .filter(({ verdict }) => verdict === 'failed')
    .toSorted((one, other) => LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level))
  const shown = judged.filter((each) => shows.includes(each.id))
  const checks = [...new Set([...failed, ...shown])]
  const decisive = failed[0] ?? shown.find(({ verdict }) => verdict === 'not-seen')
  if (decisive) return { ...decisive, id, title, checks }
  return { ...allPassed(shown), id, title, checks }
}

function allPassed(shown: Judged[]): Omit<Judged, 'id' | 'title'> {
  const [first] = shown
  return {
    verdict: 'passed',
    level: first?.level ?? 'SHOULD',
    why: shown.map(({ why }) => why).join(' '),
    rule: [...new Set(shown.flatMap(({ rule }) => rule.split('; ')))].join('; '),
    events: distinct(shown.flatMap(({ events }) => events)),
  }
}

// One verdict for each check: a client that failed counts before one that passed.
async function reportsOf(
  emulator: Emulator,
  events: EmulatorEvent[],
): Promise<Map<string, Judged>> {
  const clients = await emulator.clients.list()
  const reports = await Promise.all(clients.map(({ id }) => emulator.clients.report(id)))
  const found = new Map<string, Judged>()
  for (const { source, evidence, ...check } of reports.flatMap(({ checks }) => checks)) {
    const known = found.get(check.id)
    if (known && weightOf(known) <= weightOf(check)) continue
    found.set(check.id, {
      ...check,
      rule: source,
      events: events.filter(({ number }) => evidence.includes(number)),
    })
  }
  return found
}

function weightOf({ verdict }: Pick<Judged, 'verdict'>): number {
  return ['failed', 'passed', 'not-seen'].indexOf(verdict)
}

// Without a registered client, no report exists.
function unknown(id: string): Judged {
  const why = 'No client has registered.'
  return { id, title: id, rule: '', level: 'MUST', verdict: 'not-seen', why, events: [] }
}

function distinct(events: EmulatorEvent[]): EmulatorEvent[] {
  const numbers = new Map(events.map((event) => [event.number, event]))
  return [...numbers.values()].toSorted((one, other) => one.number - other.number)
}
