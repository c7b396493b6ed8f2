/**
 * The package. This folder owns what runs in Node: startEmulator, the commands (cli.ts, commands/), the
 * fixtures for test runners (vitest.ts, playwright.ts), `npm start` (start.ts), and the build. It starts
 * the Worker and talks to it over the control alone; it knows no rule of Access. engine/ provides the
 * Worker's bindings in this process.
 */

export {
  type CheckOptions,
  checkClient,
  type Result as CheckResult,
  type RunFunction,
} from './check/index.ts'
export { type Configuration, defineConfig } from './configuration-file.ts'
export { ControlError } from './control.ts'
export type { Emulator } from './emulator.ts'
export type { EmulatorEvent, EventFilter, EventOf } from './events.ts'
export type {
  Application,
  EmulatorOptions,
  Person,
} from './options.ts'
export type { Origin } from './origin.ts'
export type { Portal, PortalServer } from './portals.ts'
export type {
  Assertion,
  AssertionOf,
  AutoSignInRule,
  CheckOriginOptions,
  ClientReport,
  Clock,
  Fault,
  FaultParameters,
  Grant,
  OriginReport,
  Quirk,
  RegisteredClient,
  Revocation,
  Session,
  State,
} from './responses.ts'
export type { SettingName, SettingsInput } from './settings.ts'
export { type SignIn, SignInError, type SignInOptions, type Tokens } from './sign-in.ts'
export { startEmulator } from './start-emulator.ts'
export type {
  CatalogueDifference,
  PortalSight,
  PortalState,
  Upstream,
} from './upstreams.ts'
