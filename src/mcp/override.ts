import * as z from 'zod'

/** The syntax of an alias. API: documented [MP2]. */
const ALIAS = /^[a-zA-Z0-9]+([_-][a-zA-Z0-9]+)*$/

/** A change to a tool or prompt, by the name that its server gave it. */
export const overrideSchema = z.strictObject({
  name: z.string().min(1),
  alias: z.string().max(40).regex(ALIAS).optional(),
  description: z.string().optional(),
  enabled: z.boolean().optional(),
})
export type Override = z.infer<typeof overrideSchema>

export const overridesSchema = z.array(overrideSchema)

/** A tool or prompt exactly as its server defined it. Only the name is read. */
export const definitionSchema = z.looseObject({ name: z.string() })
export type Definition = z.infer<typeof definitionSchema>

/** A wrong entry of a list of overrides. */
export type OverrideProblem = { index: number; member: 'name' | 'alias'; message: string }

/**
 * Finds an override that names no tool or prompt of the catalogue, or whose alias is taken.
 *
 * API: observed [MP11]. API: documented [MP2]. An alias is unique on its server against names and aliases.
 */
export function overrideProblem(
  overrides: readonly Override[],
  catalogue: readonly Definition[],
): OverrideProblem | undefined {
  const names = new Set(catalogue.map(({ name }) => name))
  const aliases = new Set<string>()
  for (const [index, { name, alias }] of overrides.entries()) {
    if (!names.has(name)) {
      return { index, member: 'name', message: `${name} does not exist on the server` }
    }
    if (alias === undefined || alias === name) continue
    if (names.has(alias) || aliases.has(alias)) {
      return { index, member: 'alias', message: `The alias ${alias} is already in use` }
    }
    aliases.add(alias)
  }
  return undefined
}
