import * as z from 'zod'

/** Returns the schema of a list of rows with unique keys. */
export function rows<S extends z.ZodType>(row: S, keyOf: (row: z.output<S>) => string) {
  return z.array(row).superRefine((all, context) => {
    const keys = new Set<string>()
    for (const [index, each] of all.entries()) {
      const key = keyOf(each)
      if (keys.has(key)) {
        context.addIssue({
          code: 'custom',
          path: [index],
          message: `${key} appears twice, expected unique keys`,
        })
      }
      keys.add(key)
    }
  })
}
