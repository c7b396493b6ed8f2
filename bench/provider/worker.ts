import OAuthProvider, { type OAuthHelpers } from '@cloudflare/workers-oauth-provider'

/**
 * `@cloudflare/workers-oauth-provider`, set up in one Worker as in its README. The person is signed in
 * and consents to everything, as with the emulator's automatic sign-in.
 */
export default new OAuthProvider<{ OAUTH_PROVIDER: OAuthHelpers }>({
  apiRoute: '/mcp',
  apiHandler: { fetch: () => Response.json({ ok: true }) },
  defaultHandler: {
    async fetch(request, env) {
      if (new URL(request.url).pathname !== '/authorize') return new Response(null, { status: 404 })
      const authorization = await env.OAUTH_PROVIDER.parseAuthRequest(request)
      const { redirectTo } = await env.OAUTH_PROVIDER.completeAuthorization({
        request: authorization,
        userId: 'ada',
        metadata: {},
        scope: authorization.scope,
        props: { userId: 'ada' },
      })
      return Response.redirect(redirectTo, 302)
    },
  },
  authorizeEndpoint: '/authorize',
  tokenEndpoint: '/oauth/token',
  clientRegistrationEndpoint: '/oauth/register',
  resourceMetadata: {
    resource: 'https://mcp.example.com/mcp',
    authorization_servers: ['https://mcp.example.com'],
  },
})
