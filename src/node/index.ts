export type {
  AutoSignInRule,
  ClientReport,
  Clock,
  Fault,
  FaultParameters,
  Grant,
  Quirk,
  RegisteredClient,
  Revocation,
  Session,
  State,
} from './answers.ts'
export { ControlError } from './control.ts'
export { type Emulator, startEmulator } from './emulator.ts'
export type { EmulatorEvent, EventFilter, EventOf } from './events.ts'
export type { Application, EmulatorOptions, Origin, Person, SettingName } from './options.ts'
export type { SignIn, SignInOptions, Tokens } from './sign-in.ts'
