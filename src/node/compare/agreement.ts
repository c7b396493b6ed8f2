import type { Mirror } from './mirror.ts'
import type { Expectation, Part, Probe } from './probes/probe.ts'
import type { Redact } from './redact.ts'
import type { Received } from './send.ts'

/** The comparison of one part of a response, redacted. */
export type Agreement = {
  probe: string
  title: string
  part: Part
  row: string
  means: string
  isSame: boolean
  emulator: string
  real: string
}

type Side = { response: Received; redact: Redact }
type Json = { [name: string]: unknown }

const ABSENT = '(absent)'
const DEEPEST = 6
const MOST_ITEMS = 30

/** Compares the responses to a probe, part by part. */
export function compareResponses(
  probe: Probe,
  emulator: Side,
  real: Side,
  mirror: Mirror,
): Agreement[] {
  const { id, title, compares } = probe
  const named = compares.flatMap(({ parts }) => parts).flatMap(memberOf)
  return compares.flatMap((expectation) =>
    expectation.parts.map((part) => {
      const [own, theirs] = [emulator, real].map((side) => textOf(part, side, named))
      return {
        probe: id,
        title,
        part,
        row: rowOf(expectation, mirror),
        means: expectation.means,
        isSame: own === theirs,
        emulator: own ?? ABSENT,
        real: theirs ?? ABSENT,
      }
    }),
  )
}

function rowOf({ instead, row }: Expectation, mirror: Mirror): string {
  const { atPath, oauthOff, registrationOff } = instead
  if (!mirror.managedOAuth && oauthOff) return oauthOff
  if (!mirror.registration && registrationOff) return registrationOff
  return (mirror.hasPath && atPath) || row
}

function memberOf(part: Part): string[] {
  return part.startsWith('member ') ? [part.slice('member '.length)] : []
}

function textOf(part: Part, { response, redact }: Side, named: string[]): string {
  if (part === 'status') return String(response.status)
  if (part.startsWith('header ')) {
    const value = response.headers.get(part.slice('header '.length))
    return value === undefined ? ABSENT : redact(value)
  }
  if (part === 'title') {
    const title = response.body.match(/<title>([^<]{0,200})/i)?.[1]
    return title === undefined ? ABSENT : redact(title.trim())
  }
  const json = jsonOf(response.body)
  if (!json) return '(no JSON object)'
  if (part === 'names of members')
    return Object.keys(json).slice(0, MOST_ITEMS).sort().map(redact).join(', ')
  const [name] = memberOf(part)
  if (name !== undefined) {
    return Object.hasOwn(json, name) ? JSON.stringify(redacted(json[name], redact)) : ABSENT
  }
  const others = Object.entries(json).filter(([each]) => !named.includes(each))
  return others.length === 0 ? ABSENT : JSON.stringify(redacted(Object.fromEntries(others), redact))
}

function jsonOf(body: string): Json | undefined {
  try {
    const found: unknown = JSON.parse(body)
    const isObject = found !== null && typeof found === 'object' && !Array.isArray(found)
    return isObject ? (found as Json) : undefined
  } catch {
    return undefined
  }
}

// A value of any form, with its names in order. Numbers may be ids.
function redacted(value: unknown, redact: Redact, depth = 0): unknown {
  if (depth > DEEPEST) return '{deeper}'
  if (typeof value === 'string') return redact(value)
  if (typeof value === 'number') return Number(redact(String(value))) === value ? value : '{number}'
  if (Array.isArray(value)) {
    return value.slice(0, MOST_ITEMS).map((each) => redacted(each, redact, depth + 1))
  }
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value)
    .slice(0, MOST_ITEMS)
    .map(([name, each]) => [redact(name), redacted(each, redact, depth + 1)] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(entries)
}
