import type * as z from 'zod'

/** A schema as this file reads it: whatever contains further schemas. */
type Definition = {
  shape?: Record<string, z.ZodType>
  element?: z.ZodType
  innerType?: z.ZodType
  in?: z.ZodType
  out?: z.ZodType
  valueType?: z.ZodType
  options?: readonly z.ZodType[]
}

/**
 * Returns the names of the members that a schema has at any depth, to suggest one for a misspelt name. What
 * a transformation makes or checks is not seen.
 */
export function memberNamesIn(...schemas: z.ZodType[]): string[] {
  const names = new Set<string>()
  const seen = new Set<unknown>()
  const visit = (schema: z.ZodType | undefined): void => {
    if (schema === undefined || seen.has(schema)) return
    seen.add(schema)
    const { shape, ...parts } = schema.def as Definition
    for (const [name, member] of Object.entries(shape ?? {})) {
      names.add(name)
      visit(member)
    }
    const { element, innerType, in: before, out, valueType, options = [] } = parts
    for (const part of [element, innerType, before, out, valueType, ...options]) visit(part)
  }
  for (const schema of schemas) visit(schema)
  return [...names]
}
