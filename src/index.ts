import { app } from './app'

export { EmulatorObject } from './store/emulator-object'
export { GrantObject } from './store/grant-object'
export default app
