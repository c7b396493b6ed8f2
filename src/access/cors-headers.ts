import * as z from 'zod'

/** A `token` of RFC 9110 5.6.2: the name of a header, or a method. */
export const HTTP_TOKEN = /^[\w!#$%&'*+.^`|~-]+$/

/** `cors_headers`: with it, Access responds to preflights itself. */
export const corsHeadersSchema = z
  .strictObject({
    allow_all_headers: z.boolean().default(false),
    allow_all_methods: z.boolean().default(false),
    allow_all_origins: z.boolean().default(false),
    allow_credentials: z.boolean().default(false),
    allowed_headers: z
      .array(z.string().regex(HTTP_TOKEN, 'expected the name of a header'))
      .default([]),
    allowed_methods: z
      .array(z.string().regex(HTTP_TOKEN, 'expected a method').toUpperCase())
      .default([]),
    // Other characters can stand neither in `Origin` nor in a response header.
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
