import * as z from 'zod'

/**
 * Creates a schema for a member with several forms: `choose` selects the form by the value. The issues
 * are those of the selected schema. A union would report only that no form matches.
 *
 * @param description the forms in words, for the OpenAPI document
 */
export function chosenSchema<T>(description: string, choose: (value: unknown) => z.ZodType<T>) {
  const schema = z.unknown().transform((value, context): T => {
    const result = choose(value).safeParse(value)
    if (result.success) return result.data
    // The types separate raw and nested issues; at run time they are the same.
    for (const issue of result.error.issues)
      context.issues.push({ ...issue, input: value } as never)
    return z.NEVER
  })
  return schema.meta({ description })
}

/** Creates a schema that rejects every value with this message. */
export function never(message: string) {
  return z.custom<never>(() => false, message)
}
