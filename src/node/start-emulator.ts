import { withConfiguration } from './configuration-file.ts'
import { type Emulator, emulatorAt } from './emulator.ts'
import type { Around } from './engine.ts'
import { checkOptions, type EmulatorOptions } from './options.ts'
import { serve } from './serve.ts'

// The first version that has node:sqlite without a flag.
const OLDEST_NODE = { major: 22, minor: 13 }

/**
 * Starts an emulator on a free port, in this process.
 *
 * @throws TypeError for a wrong option; Error for a wrong setting, a file that cannot be loaded, a port that
 *   is taken, a folder that another process has open, or a Node that is too old
 */
export function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  return startEmulatorWithin(options)
}

/** Starts an emulator with a function around every request, for the package itself. */
export async function startEmulatorWithin(
  given: EmulatorOptions,
  around?: Around,
): Promise<Emulator> {
  refuseOldNode()
  checkOptions(given)
  const options = await withConfiguration(given)
  const served = await serve(options, around)
  try {
    return await emulatorAt(served, options.clock)
  } catch (error) {
    await served.close()
    throw error
  }
}

function refuseOldNode(): void {
  const { node } = process.versions
  const [major = 0, minor = 0] = node.split('.').map(Number)
  const { major: oldest, minor: oldestMinor } = OLDEST_NODE
  if (major > oldest || (major === oldest && minor >= oldestMinor)) return
  throw new Error(`Node ${oldest}.${oldestMinor} or newer is needed, this is ${node}`)
}
