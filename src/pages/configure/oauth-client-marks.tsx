/** A client as the API returns it. */
export type OAuthClientView = {
  client_id: string
  client_name: string
  visibility: 'public' | 'private'
  token_endpoint_auth_method: string
  client_uri_verification?: { status: string; text: string } | undefined
  has_rotated_secret: boolean
  updated_at: string
}

/** Renders the visibility, the state of the verification, and whether two secrets are valid. */
export function ClientMarks({ client }: { client: OAuthClientView }) {
  const { visibility, client_uri_verification: verification, has_rotated_secret: isTwo } = client
  return (
    <>
      <span class={`tag ${visibility === 'public' ? 'allowed' : 'noted'}`}>{visibility}</span>{' '}
      {verification && (
        <span class={`tag ${verification.status === 'verified' ? 'allowed' : 'asked'}`}>
          domain {verification.status.replace('_', ' ')}
        </span>
      )}{' '}
      {isTwo && <span class="tag asked">two secrets</span>}
    </>
  )
}
