import * as z from 'zod'
import type { Problems, Values } from '../../pages/configure/fields'
import { SERVICE_TOKEN_FIELDS, ServiceTokensPage } from '../../pages/configure/service-tokens'
import type { AppContext } from '../../request/context'
import { type ApiResponse, accountPath, callApi, readApi } from './api'
import { problemsByField, sentValues, withValues } from './form'
import { administratorPage, readPageForm, respond } from './page'

const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  client_id: z.string(),
  enabled: z.boolean(),
  expires_at: z.string().optional(),
  last_seen_at: z.string().optional(),
  previous_client_secret_expires_at: z.string().optional(),
})
const issuedSchema = z.object({ client_id: z.string(), client_secret: z.string() })
const MEMBERS = SERVICE_TOKEN_FIELDS.map(({ member }) => member)

/** Handles `/_emulator/configure/access/service-tokens`. */
export async function serviceTokensPage(c: AppContext): Promise<Response> {
  if (c.req.method === 'GET') return show(c, {})
  const form = await readPageForm(c)
  const values = sentValues(form, SERVICE_TOKEN_FIELDS)
  const response = await carryOut(c, form, values)
  if (!response.isOk)
    return show(c, { values, problems: problemsByField(response.problems, MEMBERS) })
  const issued = issuedSchema.safeParse(response.result)
  return show(c, { saved: response.call, issued: issued.data })
}

// Sends the request of an action, or of the form.
function carryOut(c: AppContext, form: URLSearchParams, values: Values): Promise<ApiResponse> {
  const list = `${accountPath(c)}/access/service_tokens`
  const one = `${list}/${form.get('id')}`
  switch (form.get('intent')) {
    case 'refresh':
      return callApi(c, 'POST', `${one}/refresh`)
    case 'rotate':
      return callApi(c, 'POST', `${one}/rotate`)
    case 'enable':
      return callApi(c, 'PUT', one, { enabled: true })
    case 'disable':
      return callApi(c, 'PUT', one, { enabled: false })
    case 'delete':
      return callApi(c, 'DELETE', one)
    default:
      return callApi(c, 'POST', list, withValues({}, values, SERVICE_TOKEN_FIELDS))
  }
}

type Shown = {
  values?: Values
  problems?: Problems
  saved?: ApiResponse['call']
  issued?: z.infer<typeof issuedSchema> | undefined
}

async function show(c: AppContext, { values = { duration: '8760h' }, ...shown }: Shown) {
  const path = `${accountPath(c)}/access/service_tokens?per_page=1000`
  const [tokens, page] = await Promise.all([
    readApi(c, path, z.array(tokenSchema)),
    administratorPage(c),
  ])
  return respond(c, shown.problems ? 400 : 200, (nonce) => (
    <ServiceTokensPage {...page} {...shown} nonce={nonce} tokens={tokens} values={values} />
  ))
}
