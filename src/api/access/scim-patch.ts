import * as z from 'zod'
import { isObject } from '../../access/unknown-members'
import { invalidRequest } from '../error'

/** The body of a SCIM PATCH (RFC 7644 3.5.2). Some provisioning systems write `op` with a capital. */
export const scimPatchSchema = z.looseObject({
  Operations: z
    .array(
      z.looseObject({
        op: z
          .string()
          .toLowerCase()
          .pipe(z.enum(['add', 'replace', 'remove'])),
        path: z.string().optional(),
        value: z.unknown().optional(),
      }),
    )
    .min(1),
})
type Patch = z.infer<typeof scimPatchSchema>

/**
 * Returns a resource with the operations of a PATCH. A path is the name of an attribute, or of a part of
 * one: `active`, `name.givenName`.
 *
 * @throws ApiError 12130 if a path has a filter, or an operation without a path has no attributes
 */
export function patched(resource: Record<string, unknown>, { Operations }: Patch): object {
  const result = structuredClone(resource)
  for (const [index, { op, path, value }] of Operations.entries()) {
    const pointer = `/Operations/${index}`
    if (path === undefined) {
      if (op === 'remove' || !isObject(value)) {
        throw invalidRequest('expected a path, or a value with attributes', pointer)
      }
      Object.assign(result, value)
      continue
    }
    const [name, part, ...more] = path.split('.')
    if (name === undefined || more.length > 0 || !/^\w+(\.\w+)?$/.test(path)) {
      throw invalidRequest(`the path ${path} is not the name of an attribute`, `${pointer}/path`)
    }
    const holder = part === undefined ? result : partOf(result, name)
    if (op === 'remove') delete holder[part ?? name]
    else holder[part ?? name] = value
  }
  return result
}

function partOf(resource: Record<string, unknown>, name: string): Record<string, unknown> {
  const before = resource[name]
  const part = isObject(before) ? before : {}
  resource[name] = part
  return part
}
