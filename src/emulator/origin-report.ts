import type { OriginOutcome } from '../events/request-event'
import {
  type Expected,
  ORIGIN_CHECK_NAMES,
  ORIGIN_CHECKS,
  type OriginCheckName,
} from './origin-checks'
import type { Responses } from './responses'

type Report = Responses['POST check-origin']
type Result = Report['checks'][number]

/** The response of the origin to one assertion. */
export type OriginResponse = { outcome: OriginOutcome; status: number }
/** Those of the assertions that were sent: after a request without a response, no other is sent. */
export type OriginResponses = Map<OriginCheckName, OriginResponse>

/**
 * Returns which assertions the origin let in, and what to change.
 *
 * @param clockOffsetSeconds how far the emulated clock is ahead of the origin's
 */
export function originReport(
  responses: OriginResponses,
  expected: Expected,
  clockOffsetSeconds: number,
): Pick<Report, 'verifies' | 'why' | 'checks'> {
  const good = responses.get('good')
  if (good === undefined) throw new Error('The first assertion was not sent')
  const checks = ORIGIN_CHECK_NAMES.map((name) =>
    resultOf(name, responses.get(name), good, expected),
  )
  const silent = [...responses.values()].find(({ outcome }) => outcome !== 'responded')
  if (silent) {
    const how = silent.outcome === 'timed-out' ? 'did not respond in time' : 'cannot be reached'
    return { verifies: null, why: `The origin ${how}. Start it, and check again.`, checks }
  }
  // An error that no assertion changes may come before the origin verifies anything.
  if (
    good.status >= 400 &&
    !isRefusal(good.status) &&
    checks.every(({ status }) => status === good.status)
  ) {
    const why = `The origin responded with ${good.status} to every request, so the check shows nothing. Name the path of a page that exists.`
    return {
      verifies: null,
      why,
      checks: checks.map((each) => ({ ...each, result: null, change: null })),
    }
  }
  const wrong = checks.filter(({ change }) => change !== null)
  return { verifies: wrong.length === 0, why: whyOf(wrong, clockOffsetSeconds), checks }
}

function resultOf(
  name: OriginCheckName,
  response: OriginResponse | undefined,
  good: OriginResponse,
  expected: Expected,
): Result {
  const { change, isGood, what } = ORIGIN_CHECKS[name]
  const wanted = isGood ? 'let-in' : 'refused'
  if (response?.outcome !== 'responded') {
    return { assertion: name, what, expected: wanted, status: null, result: null, change: null }
  }
  const { status } = response
  // A server may also refuse with a redirect to a login page, or with an error of its own.
  const isRefused = isRefusal(status) || (!isGood && status >= 300 && status !== good.status)
  const result = isRefused ? 'refused' : 'let-in'
  const isWrong = result !== wanted
  return {
    assertion: name,
    what,
    expected: wanted,
    status,
    result,
    change: isWrong ? change(expected) : null,
  }
}

function isRefusal(status: number): boolean {
  return status === 401 || status === 403
}

function whyOf(wrong: Result[], clockOffsetSeconds: number): string {
  if (wrong.length === 0) {
    return 'The origin accepts the valid assertion and refuses all others.'
  }
  const [first] = wrong
  if (first?.assertion !== 'good') {
    return `The origin let in ${wrong.length} of ${ORIGIN_CHECK_NAMES.length - 1} requests that it has to refuse.`
  }
  const clock =
    clockOffsetSeconds === 0
      ? ''
      : ' The emulated clock differs from the real time, which the origin may use: PATCH /_emulator/clock {"reset":true}.'
  return `The origin refused the valid assertion.${clock}`
}
