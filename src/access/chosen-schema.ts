import * as z from 'zod'

const forms = new WeakMap<z.core.$ZodType, () => readonly z.ZodType[]>()

/**
 * Creates a schema for a member with several forms: `choose` selects the form by the value. The issues
 * are those of the selected schema. A union would report only that no form matches.
 *
 * @param description the forms in words, for the OpenAPI document
 * @param known makes the schemas of the forms, for a JSON schema: at its first use, because a start needs none
 */
export function chosenSchema<T, Input = unknown>(
  description: string,
  choose: (value: unknown) => z.ZodType<T>,
  known: () => readonly z.ZodType<unknown, Input>[] = () => [],
): z.ZodType<T, Input> {
  const schema = z.unknown().transform((value, context): T => {
    const result = choose(value).safeParse(value)
    if (result.success) return result.data
    // The types separate raw and nested issues; at run time they are the same.
    for (const issue of result.error.issues)
      context.issues.push({ ...issue, input: value } as never)
    return z.NEVER
  })
  const described = schema.meta({ description })
  let made: readonly z.ZodType[] | undefined
  forms.set(described, () => {
    made ??= known()
    return made
  })
  // At run time it takes any value, and `choose` checks it.
  return described as z.ZodType<T, unknown> as z.ZodType<T, Input>
}

/** Returns the schemas of the forms that a chosen schema was created with. */
export function formsOf(schema: z.core.$ZodType): readonly z.ZodType[] {
  return forms.get(schema)?.() ?? []
}

/** Creates a schema that rejects every value with this message. */
export function never(message: string) {
  return z.custom<never>(() => false, message)
}
