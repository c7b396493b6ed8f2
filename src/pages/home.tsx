import { Frame } from './frame'

/** The demo origin's page. */
export function HomePage({
  nonce,
  origin,
  email,
}: {
  nonce: string
  origin: string
  email: string
}) {
  return (
    <Frame title="Demo application" nonce={nonce}>
      <h1>Demo application</h1>
      <p>
        Access let you in as <strong>{email}</strong>. Set <code>ORIGIN_URL</code> to see your own
        application here.
      </p>
      <dl>
        <div>
          <dt>MCP server, tools whoami, echo and add</dt>
          <dd>
            <code>{origin}/mcp</code>
          </dd>
        </div>
        <div>
          <dt>The headers and claims that reach an origin</dt>
          <dd>
            <a href="/whoami">
              <code>{origin}/whoami</code>
            </a>
          </dd>
        </div>
      </dl>
    </Frame>
  )
}
