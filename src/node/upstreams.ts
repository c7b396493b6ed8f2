import type { Responses } from '../emulator/responses.ts'
import { pathOf, type Send } from './control.ts'

/** An MCP portal with its callers, and for each caller every server with the reason if it is hidden. */
export type PortalState = Responses['GET portals']['portals'][number]

/** The part of a portal that a person or service token would see with a new client, and why. */
export type PortalSight = Responses['GET portals/{id}/sees']

/** A server behind portals. */
export type Upstream = Responses['GET upstreams']['upstreams'][number]

/** The stored catalogue of a server, compared with what the server lists now. */
export type CatalogueDifference = Responses['GET upstreams/{id}/catalogue']

/** The methods of MCP portals and of the servers behind them. */
export type PortalMethods = {
  portalStates: {
    list(): Promise<PortalState[]>
    /** Returns what a caller would see that connected a new client now, and why. */
    sees(
      portal: string,
      caller: { email: string } | { service_token: string },
    ): Promise<PortalSight>
  }
  upstreams: {
    list(): Promise<Upstream[]>
    /** Reads the catalogue of a server, as the API's sync does. */
    sync(id: string): Promise<Upstream>
    compare(id: string): Promise<CatalogueDifference>
    /** Begins the sign-in of an administrator at a server, and returns the address to open in a browser. */
    authenticate(id: string): Promise<string>
    /** Ends the administrator's grant. Nothing reports it: the server is `stale` at its next sync. */
    expireAdminGrant(id: string): Promise<void>
    /** Makes the server forget the portal's dynamic client. */
    forgetClient(id: string): Promise<void>
    /** Registers the portal at the server again, and returns the id of the new client. */
    registerClient(id: string): Promise<string>
  }
}

/** Returns the methods of MCP portals and of their servers. */
export function portalMethodsBy(send: Send): PortalMethods {
  return {
    portalStates: {
      list: async () => (await send<{ portals: PortalState[] }>('GET', 'portals')).portals,
      sees: (portal, caller) =>
        send('GET', `${pathOf('portals', portal, 'sees')}?${new URLSearchParams(caller)}`),
    },
    upstreams: {
      list: async () => (await send<{ upstreams: Upstream[] }>('GET', 'upstreams')).upstreams,
      sync: (id) => send('POST', pathOf('upstreams', id, 'sync')),
      compare: (id) => send('GET', pathOf('upstreams', id, 'catalogue')),
      authenticate: async (id) =>
        (await send<{ url: string }>('POST', pathOf('upstreams', id, 'admin-grant'))).url,
      expireAdminGrant: (id) => send('DELETE', pathOf('upstreams', id, 'admin-grant')),
      forgetClient: (id) => send('DELETE', pathOf('upstreams', id, 'client')),
      registerClient: async (id) =>
        (await send<{ client_id: string }>('POST', pathOf('upstreams', id, 'client'))).client_id,
    },
  }
}
