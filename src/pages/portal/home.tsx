import { Fact, Facts } from '../facts'
import { Frame } from '../frame'

type Home = {
  nonce: string
  name: string
  organization: string
  description: string
  endpoint: string
  signOut: string
}

/** Renders the home page of an MCP portal: its endpoint, and how clients are given it. */
export function PortalHomePage(home: Home) {
  const { nonce, description, endpoint, name, organization, signOut } = home
  return (
    <Frame title={name} nonce={nonce}>
      <h1>{name}</h1>
      <p class="lead">{description || `An MCP server portal of ${organization}.`}</p>
      <Facts>
        <Fact name="MCP endpoint">
          <code>{endpoint}</code>
        </Fact>
        <Fact name="Claude Code">
          <code>claude mcp add --transport http portal {endpoint}</code>
        </Fact>
        <Fact name="MCP Inspector">
          <code>npx @modelcontextprotocol/inspector</code>, with the transport Streamable HTTP and
          this endpoint
        </Fact>
      </Facts>
      <p>
        <a href={signOut}>Sign out</a>
      </p>
    </Frame>
  )
}
