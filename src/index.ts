import { app } from './app'

export { EmulatorObject } from './store/emulator/object'
export { GrantObject } from './store/grants/object'
export default app
