import * as z from 'zod'
import { formsOf } from '../access/chosen-schema'
import { seeds, settingsSchema } from './schema'
import { withSharedDefinitions } from './shared-definitions'

const settings = { ...settingsSchema.shape, ...seeds }

/** The options of a configuration file that JSON can express. */
const configurationSchema = z.strictObject({
  $schema: z.string().optional(),
  origin: z.url().optional(),
  people: settings.PEOPLE,
  applications: seeds.APPLICATIONS ?? z.never(),
  settings: z.strictObject(settings).optional(),
  clock: z.string().optional(),
  port: z.int().min(0).max(65_535).optional(),
  listen: z.boolean().optional(),
  persist: z.string().min(1).optional(),
  followFakeTimers: z.boolean().optional(),
})

/**
 * Returns the JSON schema of `access.config.json`.
 *
 * @param descriptions what each setting means, by its name
 */
export function configurationJsonSchema(descriptions: ReadonlyMap<string, string>): object {
  const schema = jsonSchemaOf(configurationSchema)
  const members = Object.entries(schema.properties ?? {})
  for (const [name, setting] of members.flatMap(([, member]) => propertiesOf(member))) {
    const description = descriptions.get(name)
    if (description !== undefined && typeof setting === 'object') setting.description = description
  }
  return withSharedDefinitions(schema)
}

type Json = z.core.JSONSchema.BaseSchema

function propertiesOf(member: Json | boolean) {
  return typeof member === 'object' ? Object.entries(member.properties ?? {}) : []
}

// A part that only the Worker can check, such as a transformation, accepts anything.
function jsonSchemaOf(schema: z.ZodType): Json {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const forms = formsOf(zodSchema)
      if (forms.length === 0) return
      jsonSchema.anyOf = forms.map((form) => {
        const { $schema, ...rest } = jsonSchemaOf(form)
        return rest
      })
    },
  })
}
