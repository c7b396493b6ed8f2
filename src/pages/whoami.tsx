import { Fact, Facts } from './facts'
import { Frame } from './frame'

type Whoami = {
  nonce: string
  /** The verified claims of the assertion. */
  claims: Record<string, unknown>
  /** The headers that the origin received. */
  headers: Record<string, string>
}

/** Renders what Access reports to the origin: the person, the claims, and every header. */
export function WhoamiPage({ nonce, claims, headers }: Whoami) {
  const { email, common_name: commonName, aud, iss, policy_id: policy, exp } = claims
  return (
    <Frame title="Who am I?" nonce={nonce} isWide style={STYLE}>
      <h1>Who am I?</h1>
      <p class="lead">
        Access reports <strong>{String(email ?? commonName ?? 'nobody')}</strong> to the origin.
      </p>
      <Facts>
        <Fact name="Audience (aud)">
          <code>{[aud].flat().join(', ')}</code>
        </Fact>
        <Fact name="Issuer (iss)">
          <code>{String(iss)}</code>
        </Fact>
        {policy !== undefined && (
          <Fact name="Policy">
            <code>{String(policy)}</code>
          </Fact>
        )}
        <Fact name="Expires">{new Date(Number(exp) * 1000).toISOString()}</Fact>
      </Facts>
      <h2>Headers that the origin receives</h2>
      <Facts>
        {Object.entries(headers).map(([name, value]) => (
          <Fact name={name}>
            <code>{value}</code>
          </Fact>
        ))}
      </Facts>
      <h2>Headers and claims as JSON</h2>
      <p class="raw">
        <code id="json">{JSON.stringify({ headers, claims }, undefined, 2)}</code>
      </p>
      <p class="soft small">
        Programs get the same as JSON: <code>curl -H 'Accept: application/json'</code>
      </p>
    </Frame>
  )
}

const STYLE = 'main.wide{max-width:48rem}main .raw{white-space:pre-wrap}h2{font-size:1.0625rem}'
