import type { PrivateKey, SigningKey } from '../../access/keys'
import { type Configuration, type Edit, edited, type Seed } from '../configuration'
import type { EmulatorState } from './state'

// In a deployment, other isolates see a change of the clock or a reset after this time. The isolate
// that made the change, and so all of `wrangler dev`, sees it at once.
const FRESH_MS = 1000

type Loaded = {
  state: EmulatorState
  at: number
  keys?: SigningKey[] | undefined
  signingKey?: PrivateKey | undefined
  edits?: Edit[] | undefined
}

const loaded = new WeakMap<object, Loaded>()
const configurations = new WeakMap<Seed, { edits: Edit[]; configuration: Configuration }>()

/** Returns the state of a store if this isolate has loaded it less than a second ago. */
export function recentStateOf(store: object): EmulatorState | undefined {
  const known = loaded.get(store)
  return known && Math.abs(Date.now() - known.at) < FRESH_MS ? known.state : undefined
}

/**
 * Remembers the state of a store, unless a newer one is known. Drops keys and edits of another
 * revision.
 */
export function rememberState(store: object, state: EmulatorState): EmulatorState {
  const known = loaded.get(store)
  if (known && known.state.version > state.version) return state
  const areSameKeys = known?.state.keyRevision === state.keyRevision
  const isEdited = known?.state.configurationRevision !== state.configurationRevision
  loaded.set(store, {
    state,
    at: Date.now(),
    keys: areSameKeys ? known.keys : undefined,
    signingKey: areSameKeys ? known.signingKey : undefined,
    edits: isEdited ? undefined : known?.edits,
  })
  return state
}

/**
 * Returns the keys, the signing key or the edits of the known state, and loads them if they are not known.
 * Requests do not wait for each other's load: workerd sometimes cancels a request that waits for the I/O of
 * another one.
 */
export async function loadUnlessKnown<N extends 'keys' | 'signingKey' | 'edits'>(
  store: object,
  name: N,
  load: () => Promise<NonNullable<Loaded[N]>>,
): Promise<NonNullable<Loaded[N]>> {
  const known: Pick<Loaded, N> | undefined = loaded.get(store)
  if (!known) throw new Error('The state of the emulator has not been read')
  const found = known[name] ?? (await load())
  known[name] = found
  return found
}

/** Returns the seed with edits, computed once for each list of edits. */
export function configurationOf(seed: Seed, edits: Edit[]): Configuration {
  const known = configurations.get(seed)
  if (known?.edits === edits) return known.configuration
  const configuration = edited(seed, edits)
  configurations.set(seed, { edits, configuration })
  return configuration
}
