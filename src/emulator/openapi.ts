import * as z from 'zod'
import {
  createDocument,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
} from 'zod-openapi'
import { version } from '../../package.json'
import { formsOf } from '../access/chosen-schema'
import { FAULT_NAMES, FAULTS } from '../switches/faults'
import { assertionSchema } from './assertions'
import { rulesSchema } from './auto-sign-in'
import { checkSchema } from './check-origin'
import { clockSchema } from './clock'
import { zoneSchema } from './dns'
import { querySchema } from './events'
import { faultsSchema } from './faults'
import { newPeopleSchema } from './people'
import { sightQuery } from './portals/sees'
import { switchSchema } from './quirks'
import { RESPONSES, type Responses } from './responses'
import { revocationSchema } from './revoke'
import { varsSchema } from './settings'
import { tokensSchema } from './tokens'

type Route = keyof Responses

/** The bodies of the requests that have one. */
const BODIES: Partial<Record<Route, z.ZodType>> = {
  'PUT auto-sign-in': rulesSchema,
  'PATCH clock': clockSchema,
  'POST revoke': revocationSchema,
  'POST tokens': tokensSchema,
  'POST assertions': assertionSchema,
  'POST check-origin': checkSchema,
  'PUT dns': zoneSchema,
  'PUT faults': faultsSchema,
  'PUT people': newPeopleSchema,
  'POST settings': varsSchema,
  'PUT faults/{name}': z.union(FAULT_NAMES.map((name) => FAULTS[name].parameters)),
  'PUT quirks/{name}': switchSchema,
  // A state is checked in full when it is loaded.
  'PUT state': RESPONSES['GET state'],
}

const cursorSchema = z.object({ cursor: z.string().optional() })

/** The queries of the requests that have one. */
const QUERIES: Partial<Record<Route, z.ZodObject>> = {
  'GET events': querySchema,
  'GET clients': cursorSchema,
  'GET grants': cursorSchema,
  'GET portals/{id}/sees': sightQuery,
}

const errorSchema = z
  .object({ error: z.string(), error_description: z.string() })
  .meta({ id: 'Error' })

/**
 * Returns the OpenAPI document of the control, made of the schemas that requests are parsed with and that a
 * test compares all responses with.
 *
 * @param origin scheme and host of the emulator
 */
export function controlDocument(origin: string) {
  const paths: ZodOpenApiPathsObject = {}
  for (const route of Object.keys(RESPONSES) as Route[]) {
    const [method = '', name = ''] = route.split(' ')
    const path = `/${name}`
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(route, name) }
  }
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: "access-oauth-emulator: the emulator's own control",
        version,
        description: 'docs/control.md describes every path.',
      },
      servers: [{ url: `${origin}/_emulator` }],
      // On this machine no credential is needed, on any other host the secret EMULATOR_TOKEN.
      security: [{}, { emulatorToken: [] }],
      components: { securitySchemes: { emulatorToken: { type: 'http', scheme: 'bearer' } } },
      paths,
    },
    {
      // Events and the checks of a report are typed in TypeScript only.
      override({ jsonSchema, zodSchema }) {
        if (zodSchema._zod.def.type === 'custom') jsonSchema.type = 'object'
        const forms = formsOf(zodSchema)
        if (forms.length > 0) jsonSchema.anyOf = forms.map(inlined)
      },
    },
  )
}

function operation(route: Route, path: string): ZodOpenApiOperationObject {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const body = BODIES[route]
  const query = QUERIES[route]
  return {
    operationId: route
      .replace(/[^A-Za-z]+(\w)/g, (_, letter) => letter.toUpperCase())
      .replace(/\W/g, ''),
    requestParams: {
      ...(names.length > 0 && {
        path: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))),
      }),
      ...(query && { query }),
    },
    ...(body && { requestBody: { content: { 'application/json': { schema: body } } } }),
    responses: {
      '200': { description: 'The request was carried out.', ...json(RESPONSES[route]) },
      '4XX': { description: 'The request was refused.', ...json(errorSchema) },
    },
  }
}

// A schema that is chosen by the value is a transformation, whose forms JSON schema cannot see.
function inlined(form: z.ZodType) {
  const { $schema, ...rest } = z.toJSONSchema(form, { io: 'input', unrepresentable: 'any' })
  return rest
}

function json(schema: z.ZodType) {
  return { content: { 'application/json': { schema } } }
}
