/**
 * The pages of MCP portals that know a person: the way back from a server, the choice of servers for a client
 * that is connected already, and sign-out. The page in the login flow is `authorization/servers.tsx`.
 */
export { portalCallback } from './callback'
export { selectServers } from './select'
export { portalSignOut } from './sign-out'
