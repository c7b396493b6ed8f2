import { Fact, Facts } from './facts'
import { Frame } from './frame'

type Home = {
  nonce: string
  /** The origin of the application: `http://localhost:8788`. */
  origin: string
  email: string
}

/** Renders the page of the demo origin. */
export function HomePage({ nonce, origin, email }: Home) {
  return (
    <Frame title="Demo application" nonce={nonce}>
      <h1>Demo application</h1>
      <p class="lead">
        You are signed in as <strong>{email}</strong>.
      </p>
      <Facts>
        <Fact name="MCP server">
          <code>{origin}/mcp</code>
          <br />
          <small>its tools are whoami, echo and add</small>
        </Fact>
        <Fact name="Your identity">
          <a href="/whoami">
            <code>{origin}/whoami</code>
          </a>
          <br />
          <small>the headers and claims that the origin receives</small>
        </Fact>
      </Facts>
      <p class="note">
        To see your own application here, set <code>ORIGIN_URL</code>.
      </p>
    </Frame>
  )
}
