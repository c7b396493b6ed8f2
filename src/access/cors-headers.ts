import * as z from 'zod'

/** `cors_headers`: Access answers preflights itself. */
export const corsHeadersSchema = z
  .strictObject({
    allow_all_headers: z.boolean().default(false),
    allow_all_methods: z.boolean().default(false),
    allow_all_origins: z.boolean().default(false),
    allow_credentials: z.boolean().default(false),
    allowed_headers: z.array(z.string()).default([]),
    allowed_methods: z.array(z.string().toUpperCase()).default([]),
    allowed_origins: z.array(z.string()).default([]),
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
