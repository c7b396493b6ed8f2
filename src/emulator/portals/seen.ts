import type { Subject } from '../../access/rule-kinds'
import {
  HIDDEN_BECAUSE,
  type HiddenBecause,
  needsPerson,
  type Seen,
  serverApplication,
} from '../../mcp/visibility'
import type { AppContext } from '../../request/context'
import { reasonFor, verdictOf } from '../../request/judge'
import type { SeenServer } from './schemas'

/** Returns a server as a caller sees it, with the reason in words. */
export function seenView(c: AppContext, seen: Seen, subject: Subject): SeenServer {
  const { because, server } = seen
  return {
    id: server.id,
    name: server.name,
    hidden_because: because ?? null,
    why: because ? hiddenWhy(c, seen, because, subject) : shownWhy(c, seen, subject),
  }
}

function hiddenWhy(c: AppContext, { server }: Seen, because: HiddenBecause, subject: Subject) {
  const sentence = sentenceOf(HIDDEN_BECAUSE[because])
  switch (because) {
    case 'refused':
      return policiesSay(c, server.id, subject) ?? sentence
    case 'not-ready':
      return `${sentence} Its status is ${server.status}${server.error ? `: ${server.error}` : ''}.`
    default:
      return sentence
  }
}

function shownWhy(c: AppContext, seen: Seen, subject: Subject): string {
  const by = policiesSay(c, seen.server.id, subject) ?? ''
  return needsPerson(seen) ? `${by} The person has signed in to it.`.trim() : by
}

function policiesSay(c: AppContext, id: string, subject: Subject): string | undefined {
  const application = serverApplication(c.get('configuration').applications, id)
  if (!application) return undefined
  return reasonFor(c, application, subject, verdictOf(c, application, subject)).why
}

function sentenceOf(text: string): string {
  return `${text[0]?.toUpperCase()}${text.slice(1)}.`
}
