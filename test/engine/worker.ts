import { KEY_VALUES } from './kv-rules'
import { OBJECTS } from './object-rules'
import { Probe } from './probe'
import { STORAGE } from './storage-rules'

export { Probe }

export type World = { KV: KVNamespace; PROBE: DurableObjectNamespace<Probe> }

/** Returns the result of the rule with this title, as JSON. */
export async function outcome(world: World, title: string): Promise<unknown> {
  const rule = [...KEY_VALUES, ...OBJECTS].find((each) => each.title === title)
  const isOfStorage = STORAGE.some((each) => each.title === title)
  if (!rule && !isOfStorage) throw new Error(`no rule ${title}`)
  // Each rule about storage has its own object.
  const came = rule ? rule.run(world) : world.PROBE.getByName(title).storageRule(title)
  return JSON.parse(JSON.stringify((await came) ?? null))
}

export default {
  async fetch(request: Request, world: World): Promise<Response> {
    return Response.json(await outcome(world, await request.text()))
  },
}
