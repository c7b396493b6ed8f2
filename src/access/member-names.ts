import type * as z from 'zod'
import { formsOf } from './chosen-schema'

/** A schema as this file reads it: whatever contains further schemas. */
type Definition = {
  shape?: Record<string, z.ZodType>
  element?: z.ZodType
  valueType?: z.ZodType
  innerType?: z.ZodType
  in?: z.ZodType
  out?: z.ZodType
  options?: readonly z.ZodType[]
}

/**
 * Returns the names of the members that an object may have at a place of a value, to name them if another
 * one was found there. It returns none if the place can only be known from the value.
 *
 * @param path the members and indexes that lead to the object
 */
export function memberNamesAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let places = formsIn(schema)
  for (const part of path) {
    places = places
      .flatMap(({ def }) => partsOf(def as Definition, part))
      .flatMap((each) => formsIn(each))
  }
  return [...new Set(places.flatMap(({ def }) => Object.keys((def as Definition).shape ?? {})))]
}

function partsOf({ shape, element, valueType }: Definition, part: PropertyKey): z.ZodType[] {
  const found = typeof part === 'number' ? element : (shape?.[String(part)] ?? valueType)
  return found ? [found] : []
}

// The schema without what is around it: a default, a transformation, a choice between several.
function formsIn(schema: z.ZodType): z.ZodType[] {
  const { innerType, in: before, out, options = [] } = schema.def as Definition
  const around = [innerType, before, out, ...options, ...formsOf(schema)]
  return [schema, ...around.flatMap((each) => (each ? formsIn(each) : []))]
}
