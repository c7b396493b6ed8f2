import { CopyBlock, Guide } from './action'
import { Card, ConsoleFrame, type ConsolePage } from './frame'

/** The result of a check, as the control returns it. */
type ReportView = {
  request: string
  expected: { aud: string; issuer: string; certs: string }
  why: string
  checks: {
    assertion: string
    what: string
    expected: string
    status: number | null
    result: string | null
    change: string | null
  }[]
}

type CheckOrigin = ConsolePage & {
  path: string
  /** Undefined before the first check. */
  report?: ReportView | undefined
  /** The reason why the check was refused. */
  problem?: string | undefined
}

/** Renders the button that checks how the origin verifies assertions, and the result. */
export function CheckOriginPage({ path, report, problem, ...page }: CheckOrigin) {
  return (
    <ConsoleFrame title="Check my server" {...page}>
      <h1>Check my server</h1>
      <section class="card">
        <p>
          This check sends your server one valid assertion and six that it has to refuse, and shows
          which ones it let in. Without a path, the request is the <code>initialize</code> of an MCP
          client to <code>/mcp</code>; with one, it is a GET. <Guide file="your-server.md" />
        </p>
        <form class="check-origin" method="post" action="/_emulator/console/check-origin">
          <div>
            <label for="path">Path</label>
            <input id="path" name="path" value={path} placeholder="/mcp" />
          </div>
          <button type="submit" class="main">
            Check my server
          </button>
        </form>
        {problem && <p role="alert">{problem}</p>}
      </section>
      {report && <Report report={report} />}
    </ConsoleFrame>
  )
}

function Report({ report: { request, expected, why, checks } }: { report: ReportView }) {
  return (
    <Card title={why}>
      <p class="soft small">
        Sent as <code>{request}</code>
      </p>
      <ul class="checks">
        {checks.map(({ assertion, what, expected: wanted, status, result, change }) => (
          <li class={change === null ? undefined : 'wrong'}>
            <p>
              <strong>{assertion}</strong> {what}:{' '}
              {result === null ? (
                'not known'
              ) : (
                <>
                  {inWords(result)} ({status}), expected: {inWords(wanted)}
                </>
              )}
            </p>
            {change && <p class="change">→ {change}</p>}
          </li>
        ))}
      </ul>
      {Object.entries(expected).map(([name, value]) => (
        <>
          <p class="copy-name">{name}</p>
          <CopyBlock name={name} text={value} isShort />
        </>
      ))}
    </Card>
  )
}

function inWords(result: string): string {
  return result === 'let-in' ? 'let in' : result
}
