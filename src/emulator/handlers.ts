/**
 * The handlers of the control, in one module that is loaded on demand. Those that almost every process needs
 * are not here: the addresses, the settings, automatic sign-in, the tokens of a person.
 */
export { signAssertion } from './assertions'
export { checkOrigin } from './check-origin'
export { forgetClient, forgetClients, showClients } from './clients'
export { changeClock, showClock } from './clock'
export { changeDns, showDns } from './dns'
export { showEvents } from './events'
export { clearFaults, showFaults, switchFaultOff, switchFaultOn, switchFaults } from './faults'
export { endAllGrants, endGrant, endToken, showGrants } from './grants'
export { rotateKeys } from './keys'
export { changePeople, showPeople } from './people'
export { beginAdminSignIn, expireAdminGrant } from './portals/admin-grant'
export { forgetPortalClient, registerPortalClient } from './portals/client'
export { showPortals } from './portals/list'
export { showSight } from './portals/sees'
export { compareCatalogue, showUpstreams, syncUpstream } from './portals/upstreams'
export { showQuirks, switchQuirk } from './quirks'
export { reset } from './reset'
export { revoke } from './revoke'
export { endSession, endSessions, showSessions } from './sessions'
export { loadState, showState } from './state'
