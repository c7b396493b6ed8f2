/** The handlers of the team domain's pages and of their forms, in one module that is loaded on demand. */
export { consent } from './authorization/consent'
export { servers } from './authorization/servers'
export { callback } from './login/callback'
export { login } from './login/login'
export { logout } from './logout'
export { portalCallback } from './portal/callback'
export { selectServers } from './portal/select'
export { portalSignOut } from './portal/sign-out'
