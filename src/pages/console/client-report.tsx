import type { Child } from 'hono/jsx'
import { Fact, Facts } from '../facts'
import { Frame } from '../frame'
import { UNNAMED } from '../unnamed'
import STYLE from './client-report.css' with { type: 'text' }

type Verdict = 'passed' | 'failed' | 'not-seen'

type Check = {
  id: string
  title: string
  source: string
  level: 'MUST' | 'SHOULD' | 'MAY'
  verdict: Verdict
  why: string
  change?: string | undefined
  /** Numbers of events. */
  evidence: number[]
}

type Report = {
  nonce: string
  client: { id: string; name?: string | undefined; redirectUris: string[]; registeredAt: string }
  checks: Check[]
  /** The address of the report, which also responds with JSON. */
  address: string
}

const LEVELS = ['MUST', 'SHOULD', 'MAY']

// Failures first.
const GROUPS = [
  { verdict: 'failed', anchor: 'failed', sign: '✗', heading: 'Failed' },
  { verdict: 'passed', anchor: 'passed', sign: '✓', heading: 'Passed' },
  { verdict: 'not-seen', anchor: 'not-seen', sign: '–', heading: 'Not seen' },
] as const

/** Renders the report of a client: counts, then every check with its reason. */
export function ClientReportPage({ nonce, client, checks, address }: Report) {
  const name = client.name || UNNAMED
  const groups = GROUPS.map((group) => ({
    ...group,
    checks: checks
      .filter(({ verdict }) => verdict === group.verdict)
      .toSorted((a, b) => LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level)),
  }))
  return (
    <Frame title={`Report: ${name}`} nonce={nonce} style={STYLE} isWide>
      <h1 class="clamped">
        Report of <bdi>{name}</bdi>
      </h1>
      <p class="lead">{conclusionOf(checks)}</p>
      <ul class="counts">
        {groups.map(({ anchor, checks, heading, sign }) => (
          <li class={anchor}>
            <Count sign={sign} count={checks.length} word={heading.toLowerCase()} to={anchor} />
          </li>
        ))}
      </ul>
      <Facts>
        <Fact name="Client">
          <code class="id">{client.id}</code>
        </Fact>
        <Fact name="Redirect URIs">
          {client.redirectUris.map((uri) => (
            <div>
              <code class="id">{uri}</code>
            </div>
          ))}
        </Fact>
        <Fact name="Registered">
          <time datetime={client.registeredAt}>{client.registeredAt}</time>
        </Fact>
      </Facts>
      {groups.map(
        ({ checks, ...group }) => checks.length > 0 && <Group {...group} checks={checks} />,
      )}
      <p>
        <a href="/_emulator/">Open the console</a>
      </p>
      <p class="soft small">
        This report compares the recorded events with the MCP authorization specification of
        2026-07-28 and the RFCs that it builds on. A check is “not seen” if no event shows a result,
        which does not count against the client. Reload the page after the client's next step. For
        JSON, run <code>curl {address}</code>
      </p>
    </Frame>
  )
}

function conclusionOf(checks: Check[]): string {
  const failed = checks.filter(({ verdict }) => verdict === 'failed')
  const broken = LEVELS.flatMap((level) => {
    const count = failed.filter((check) => check.level === level).length
    return count === 0 ? [] : [`${count} ${level}${count > 1 ? 's' : ''}`]
  })
  if (broken.length > 0) return `This client violates ${broken.join(' and ')}.`
  return checks.some(({ verdict }) => verdict === 'passed')
    ? 'This client passes every check that has a result.'
    : 'No check has a result yet. Run the client, then reload this page.'
}

type CountOfChecks = { sign: string; count: number; word: string; to: string }

function Count({ sign, count, word, to }: CountOfChecks) {
  const content = (
    <>
      <span class="sign" aria-hidden="true">
        {sign}
      </span>
      <strong>{count}</strong> {word}
    </>
  )
  return count > 0 ? <a href={`#${to}`}>{content}</a> : <span>{content}</span>
}

type GroupOfChecks = { anchor: string; sign: string; heading: string; checks: Check[] }

function Group({ anchor, sign, heading, checks }: GroupOfChecks) {
  return (
    <section class={`verdict ${anchor}`} aria-labelledby={anchor}>
      <h2 id={anchor}>
        {heading} <span class="soft">({checks.length})</span>
      </h2>
      <Folded isFolded={anchor !== 'failed'} count={checks.length}>
        <ul>
          {checks.map((check) => (
            <li id={check.id}>
              <span class="sign" aria-hidden="true">
                {sign}
              </span>
              <div>
                <h3>
                  {check.title} <span class="level">{check.level}</span>
                </h3>
                <p>{[check.why, check.change].filter(Boolean).join(' ')}</p>
                <p class="soft small">
                  {check.source}
                  <Evidence numbers={check.evidence} />
                </p>
              </div>
            </li>
          ))}
        </ul>
      </Folded>
    </section>
  )
}

// Only failures are open, because the list of the others is long.
function Folded(folded: { isFolded: boolean; count: number; children: Child }) {
  const { isFolded, count, children } = folded
  if (!isFolded) return <>{children}</>
  return (
    <details>
      <summary>
        Show {count} {count === 1 ? 'check' : 'checks'}
      </summary>
      {children}
    </details>
  )
}

function Evidence({ numbers }: { numbers: number[] }) {
  if (numbers.length === 0) return null
  return (
    <span class="evidence">
      {numbers.length === 1 ? 'Event' : 'Events'}
      {numbers.map((number) => (
        <a href={`/_emulator/console/events/${number}`} aria-label={`Event ${number}`}>
          {number}
        </a>
      ))}
    </span>
  )
}
