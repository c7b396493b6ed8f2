/**
 * The bundle's `globalThis` and `global` (`inject` of esbuild). Libraries assign members to it: zod its
 * registry, reflect-metadata its methods of `Reflect`, the HTTP adapter its Request. These members stay
 * inside the bundle; every other one is read from the process.
 */
const own: Record<PropertyKey, unknown> = { Reflect: Object.create(Reflect) }
const guest = new Proxy(own as unknown as typeof globalThis, {
  get: (_, name) => (name in own ? own[name] : Reflect.get(globalThis, name)),
  has: (_, name) => name in own || name in globalThis,
})
const guestReflect = own.Reflect

export { guest, guest as global, guest as globalThis, guestReflect as Reflect }

/** The process's globals that the engine uses, as they were when the package was imported. */
export type Found = { fetch: typeof fetch; Date: DateConstructor; Response: typeof Response }

/** Kept, because a test may replace them later with fake timers or a stubbed `fetch`. */
export const found: Found = {
  fetch: globalThis.fetch,
  Date: globalThis.Date,
  Response: globalThis.Response,
}

/** Replaces them with those of the package, which was imported before this bundle. */
export function adopt(given: Found): void {
  Object.assign(found, given)
}
