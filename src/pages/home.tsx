import { Fact, Facts } from './facts'
import { Frame } from './frame'

type Home = {
  nonce: string
  /** Where the application is: `http://localhost:8788`. */
  origin: string
  email: string
}

/** The demo origin's page. */
export function HomePage({ nonce, origin, email }: Home) {
  return (
    <Frame title="Demo application" nonce={nonce}>
      <h1>Demo application</h1>
      <p class="lead">
        Access let you in as <strong>{email}</strong>.
      </p>
      <Facts>
        <Fact name="MCP server">
          <code>{origin}/mcp</code>
          <br />
          <small>with the tools whoami, echo and add</small>
        </Fact>
        <Fact name="Who am I?">
          <a href="/whoami">
            <code>{origin}/whoami</code>
          </a>
          <br />
          <small>the headers and claims an origin gets</small>
        </Fact>
      </Facts>
      <p class="note">
        Set <code>ORIGIN_URL</code> to see your own application here.
      </p>
    </Frame>
  )
}
