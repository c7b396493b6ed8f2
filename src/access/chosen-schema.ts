import * as z from 'zod'

/**
 * A schema that looks at the value to choose the one that it has to fit, for members that come in
 * several forms. Its messages are those of the chosen one; a union's would name none of them.
 *
 * @param description the forms in words, for documents that are made of the schema
 */
export function chosenSchema<T>(description: string, choose: (value: unknown) => z.ZodType<T>) {
  const schema = z.unknown().transform((value, context): T => {
    const result = choose(value).safeParse(value)
    if (result.success) return result.data
    // An issue is an issue at whatever depth; the types tell kinds of input apart.
    for (const issue of result.error.issues)
      context.issues.push({ ...issue, input: value } as never)
    return z.NEVER
  })
  return schema.meta({ description })
}

/** A schema that always says this; for a form that is none. */
export function never(message: string) {
  return z.custom<never>(() => false, message)
}
