import { Frame } from '../frame'

/** Renders the question before a sign-out of a portal. */
export function PortalSignOutPage(page: { nonce: string; portal: string; email: string }) {
  return (
    <Frame title={`Sign out of ${page.portal}`} nonce={page.nonce}>
      <h1>Sign out of {page.portal}</h1>
      <p class="lead">
        {page.email} is signed in. All your clients of this portal lose their access, and the portal
        forgets your sign-ins to its servers.
      </p>
      <form method="post">
        <button class="main" type="submit">
          Sign out
        </button>
      </form>
    </Frame>
  )
}
