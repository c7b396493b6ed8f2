import * as z from 'zod'

/** RFC 9110 5.6.2: the name of a header, or a method. */
export const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/

/** `cors_headers`: Access answers preflights itself. */
export const corsHeadersSchema = z
  .strictObject({
    allow_all_headers: z.boolean().default(false),
    allow_all_methods: z.boolean().default(false),
    allow_all_origins: z.boolean().default(false),
    allow_credentials: z.boolean().default(false),
    allowed_headers: z.array(z.string().regex(TOKEN, 'expected the name of a header')).default([]),
    allowed_methods: z
      .array(z.string().regex(TOKEN, 'expected a method').toUpperCase())
      .default([]),
    // What else there is cannot be in an `Origin`, nor in an answer.
    allowed_origins: z
      .array(z.string().regex(/^[!-~]+$/, 'expected an origin, in printable ASCII'))
      .default([]),
    max_age: z.int().min(-1).max(86_400).optional(),
  })
  .refine((each) => !each.allow_all_origins || each.allowed_origins.length === 0, {
    path: ['allow_all_origins'],
    message: 'cannot be turned on together with allowed_origins',
  })
  .refine((each) => !each.allow_all_methods || each.allowed_methods.length === 0, {
    path: ['allow_all_methods'],
    message: 'cannot be turned on together with allowed_methods',
  })
export type CorsHeaders = z.infer<typeof corsHeadersSchema>
