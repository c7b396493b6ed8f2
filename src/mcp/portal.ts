import * as z from 'zod'
import { distinct, type RecordKind } from '../access/record-kind'
import type { Timestamps } from '../access/timestamps'
import { overridesSchema } from './override'
import { descriptionSchema, idSchema, nameSchema } from './server'

/** The server of a portal. API: documented [MP13], the defaults. */
export const mappingSchema = z.strictObject({
  server_id: z.string(),
  /** Whether each person signs in to the server. The dashboard calls it "Require user auth". */
  on_behalf: z.boolean().default(true),
  /** Whether only the tools and prompts of entries with `enabled: true` are exposed [MP44]. */
  default_disabled: z.boolean().default(false),
  updated_tools: overridesSchema.default([]),
  updated_prompts: overridesSchema.default([]),
})
export type Mapping = z.infer<typeof mappingSchema>

export const CODE_MODES = ['off', 'opt_in', 'default_on', 'enforced'] as const
export type CodeMode = (typeof CODE_MODES)[number]

// The members of a portal in a request to the API.
const members = {
  hostname: z
    .string()
    .toLowerCase()
    .refine((host) => URL.parse(`http://${host}`)?.hostname === host, 'Invalid hostname'),
  name: nameSchema,
  description: descriptionSchema.nullish(),
  code_mode: z.enum(CODE_MODES).optional(),
  allow_code_mode: z.boolean().optional(),
  secure_web_gateway: z.boolean().optional(),
  servers: z.array(mappingSchema).optional(),
}

/** A portal in a request to the API. */
export const portalSchema = z.strictObject({ id: idSchema, ...members })
export type ParsedPortal = z.infer<typeof portalSchema>

/** A portal in a request to replace it. API: observed [MP9]. Members that are not sent are kept. */
export const portalUpdateSchema = z.strictObject({ id: z.unknown(), ...members }).partial()

const storedSchema = z.object({
  id: idSchema,
  hostname: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  code_mode: z.enum(CODE_MODES),
  secure_web_gateway: z.boolean(),
  servers: z.array(mappingSchema),
  created_by: z.string().optional(),
  modified_by: z.string().optional(),
})

/** A portal as it is stored. */
export type McpPortal = z.infer<typeof storedSchema> & Timestamps

/** Returns a new portal. API: documented [MP12, MP13], the defaults. */
export function newPortal(parsed: ParsedPortal, code_mode: CodeMode): McpPortal {
  const { allow_code_mode: _, ...rest } = parsed
  return { secure_web_gateway: false, servers: [], ...rest, code_mode }
}

/**
 * Returns the Code Mode of a request, or undefined if its two members contradict each other. The older
 * `allow_code_mode` is true for every mode but `off`.
 *
 * API: documented [MP12].
 */
export function codeModeOf(
  {
    code_mode: mode,
    allow_code_mode: isAllowed,
  }: Pick<ParsedPortal, 'code_mode' | 'allow_code_mode'>,
  before: CodeMode = 'opt_in',
): CodeMode | undefined {
  if (isAllowed === undefined) return mode ?? before
  if (mode !== undefined) return isAllowed === (mode !== 'off') ? mode : undefined
  if (!isAllowed) return 'off'
  return before === 'off' ? 'opt_in' : before
}

const seedSchema = z
  .array(
    portalSchema.transform((parsed, context): McpPortal => {
      const mode = codeModeOf(parsed)
      if (mode !== undefined) return newPortal(parsed, mode)
      const message = 'expected the same as code_mode'
      context.addIssue({ code: 'custom', path: ['allow_code_mode'], message })
      return z.NEVER
    }),
  )
  .superRefine(distinct('id', 'hostname'))
  .default([])

export const mcpPortalKind: RecordKind<McpPortal> = {
  noun: 'MCP portal',
  idOf: ({ id }) => id,
  schema: z.looseObject(storedSchema.shape),
  references: ({ servers }) =>
    servers.map(({ server_id: id }, index) => ({
      kind: 'mcpServers',
      id,
      pointer: `/servers/${index}/server_id`,
    })),
  seed: { setting: 'MCP_PORTALS', schema: seedSchema },
}
