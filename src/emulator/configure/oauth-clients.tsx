import * as z from 'zod'
import { CATEGORIES, SCOPES } from '../../account/scopes'
import type { Problems, Values } from '../../pages/configure/fields'
import {
  NewOAuthClientPage,
  NewOAuthClientScopesPage,
  OAuthClientPage,
} from '../../pages/configure/oauth-client'
import {
  OAUTH_CLIENT_FIELDS,
  OPTIONAL_OAUTH_CLIENT_FIELDS,
  SCOPE_FIELDS,
} from '../../pages/configure/oauth-client-fields'
import { OAuthClientsPage } from '../../pages/configure/oauth-clients'
import type { AppContext } from '../../request/context'
import { type ApiResponse, callApi, readApi } from './api'
import { problemsByField, sentValues, valuesOf, withValues } from './form'
import { administratorPage, changedSince, readPageForm, respond } from './page'

const clientSchema = z.looseObject({
  client_id: z.string(),
  client_name: z.string(),
  visibility: z.enum(['public', 'private']),
  token_endpoint_auth_method: z.string(),
  client_uri: z.string().optional(),
  client_uri_verification: z.object({ status: z.string(), text: z.string() }).optional(),
  has_rotated_secret: z.boolean(),
  updated_at: z.string(),
})
type Client = z.infer<typeof clientSchema>

const CONFIGURATION = [...OAUTH_CLIENT_FIELDS, ...OPTIONAL_OAUTH_CLIENT_FIELDS]
const FIELDS = [...CONFIGURATION, ...SCOPE_FIELDS]
const MEMBERS = FIELDS.map(({ member }) => member)

// The selection of a new form: the usual web service.
const FIRST_VALUES = {
  response_types: ['code'],
  grant_types: ['authorization_code'],
  token_endpoint_auth_method: 'client_secret_basic',
}

/** Handles `GET /_emulator/configure/oauth-clients`. Dashboard: documented [S1]. */
export async function showOAuthClients(c: AppContext): Promise<Response> {
  const accounts = await Promise.all(
    c.get('settings').ACCOUNTS.map(async ({ id, name }) => ({
      id,
      name,
      clients: await readApi(c, `/accounts/${id}/oauth_clients`, z.array(clientSchema)),
    })),
  )
  const page = await administratorPage(c)
  return respond(c, 200, (nonce) => (
    <OAuthClientsPage {...page} nonce={nonce} accounts={accounts} />
  ))
}

/** Handles `/_emulator/configure/oauth-clients/{account}/new`: two steps, then the new client [S2-S12]. */
export async function createOAuthClient(c: AppContext): Promise<Response> {
  if (c.req.method === 'GET') return showConfiguration(c, valuesOf(FIRST_VALUES, FIELDS))
  const form = await readPageForm(c)
  const values = sentValues(form, FIELDS)
  if (form.get('step') === 'configuration') return showScopes(c, values)
  const body = withoutEmptyLists(withValues({}, values, FIELDS))
  const created = await callApi(c, 'POST', `${accountOf(c)}/oauth_clients`, body)
  if (created.isOk) return showClient(c, clientSchema.parse(created.result), created)
  const problems = problemsByField(created.problems, MEMBERS)
  const isFirstStep = CONFIGURATION.some(({ member }) => member in problems)
  return isFirstStep ? showConfiguration(c, values, problems) : showScopes(c, values, problems)
}

async function showConfiguration(c: AppContext, values: Values, problems?: Problems) {
  const page = await administratorPage(c)
  const account = c.req.param('account') ?? ''
  return respond(c, problems ? 400 : 200, (nonce) => (
    <NewOAuthClientPage {...page} {...{ nonce, account, values, problems }} />
  ))
}

async function showScopes(c: AppContext, values: Values, problems?: Problems) {
  const page = await administratorPage(c)
  const account = c.req.param('account') ?? ''
  return respond(c, problems ? 400 : 200, (nonce) => (
    <NewOAuthClientScopesPage
      {...page}
      {...{ nonce, account, values, problems }}
      scopes={catalogue()}
      fields={CONFIGURATION}
    />
  ))
}

/** Handles `/_emulator/configure/oauth-clients/{account}/{client}`: the client, its changes and actions. */
export async function editOAuthClient(c: AppContext): Promise<Response> {
  const path = `${accountOf(c)}/oauth_clients/${c.req.param('client')}`
  const client = await readApi(c, path, clientSchema)
  if (c.req.method === 'GET') return showClient(c, client)
  const form = await readPageForm(c)
  const intent = form.get('intent') ?? 'save'
  const isEdit = intent === 'save'
  const values = isEdit ? sentValues(form, FIELDS) : valuesOf(client, FIELDS)
  const changed = changedSince(client.updated_at, form)
  if (isEdit && changed) return showClient(c, client, undefined, { values, problems: changed })
  const response = await carryOut(c, intent, path, client, values)
  if (!response.isOk) {
    return showClient(c, client, undefined, {
      values,
      problems: problemsByField(response.problems, MEMBERS),
    })
  }
  if (intent === 'delete') return c.redirect('/_emulator/configure/oauth-clients', 303)
  return showClient(c, await readApi(c, path, clientSchema), response)
}

// Sends the request of an action [S11-S16].
function carryOut(
  c: AppContext,
  intent: string,
  path: string,
  client: Client,
  values: Values,
): Promise<ApiResponse> {
  switch (intent) {
    case 'publish':
      return callApi(c, 'PATCH', path, { visibility: 'public' })
    case 'verify':
      return callApi(c, 'PATCH', path, { client_uri: client.client_uri })
    case 'rotate':
      return callApi(c, 'POST', `${path}/rotate_secret`)
    case 'delete-old-secret':
      return callApi(c, 'DELETE', `${path}/rotate_secret`)
    case 'delete':
      return callApi(c, 'DELETE', path)
    default:
      return callApi(c, 'PATCH', path, withValues({}, values, FIELDS))
  }
}

async function showClient(
  c: AppContext,
  client: Client,
  response?: ApiResponse,
  refused?: { values: Values; problems: Problems },
): Promise<Response> {
  const page = await administratorPage(c)
  const account = c.req.param('account') ?? ''
  const { client_secret: secret } = secretSchema.parse(response?.result ?? {})
  return respond(c, refused ? 400 : 200, (nonce) => (
    <OAuthClientPage
      {...page}
      {...{ nonce, account, client, secret }}
      saved={response?.call}
      problems={refused?.problems}
      values={refused?.values ?? valuesOf(client, FIELDS)}
      scopes={catalogue()}
    />
  ))
}

const secretSchema = z.object({ client_secret: z.string().optional() })

function accountOf(c: AppContext): string {
  return `/accounts/${c.req.param('account')}`
}

function catalogue() {
  return SCOPES.map(({ id, name, category }) => ({ id, name, category: CATEGORIES[category] }))
}

// A list that nobody filled in is not sent.
function withoutEmptyLists(record: object): object {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => !Array.isArray(value) || value.length > 0),
  )
}
