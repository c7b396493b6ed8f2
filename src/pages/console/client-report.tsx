import { Fact, Facts } from '../facts'
import { Frame } from '../frame'
import STYLE from './client-report.css' with { type: 'text' }

type Verdict = 'passed' | 'failed' | 'not seen'

type Check = {
  id: string
  title: string
  source: string
  level: 'MUST' | 'SHOULD' | 'MAY'
  verdict: Verdict
  why: string
  /** Numbers of events. */
  evidence: number[]
}

type Report = {
  nonce: string
  client: { id: string; name?: string | undefined; redirectUris: string[]; registeredAt: string }
  checks: Check[]
  /** Where the report is, for who wants it as JSON. */
  address: string
}

const LEVELS = ['MUST', 'SHOULD', 'MAY']

// What is wrong comes first.
const GROUPS = [
  { verdict: 'failed', anchor: 'failed', sign: '✗', heading: 'Failed' },
  { verdict: 'passed', anchor: 'passed', sign: '✓', heading: 'Passed' },
  { verdict: 'not seen', anchor: 'not-seen', sign: '–', heading: 'Not seen' },
] as const

/** What a client does of what the specifications ask of it: counts, then every check with its reason. */
export function ClientReportPage({ nonce, client, checks, address }: Report) {
  const name = client.name || 'A client without a name'
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
        <Fact name="Redirects to">
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
      <p class="soft small">
        Made of the events that are kept, by the MCP authorization specification of 2026-07-28 and
        the RFCs that it builds on. What no event shows is not seen, which says nothing against the
        client. Reload the page after its next step. As JSON: <code>curl {address}</code>
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
  if (broken.length > 0) return `It does not keep ${broken.join(' and ')}.`
  return checks.some(({ verdict }) => verdict === 'passed')
    ? 'Everything that was seen is as it should be.'
    : 'Nothing was seen of it yet.'
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
              <p>{check.why}</p>
              <p class="soft small">
                {check.source}
                <Evidence numbers={check.evidence} />
              </p>
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Evidence({ numbers }: { numbers: number[] }) {
  if (numbers.length === 0) return null
  return (
    <span class="evidence">
      {numbers.length === 1 ? 'Event' : 'Events'}
      {numbers.map((number) => (
        <a
          href={`/_emulator/console/events?before=${number + 1}#event-${number}`}
          aria-label={`Event ${number}`}
        >
          {number}
        </a>
      ))}
    </span>
  )
}
