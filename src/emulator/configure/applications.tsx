import * as z from 'zod'
import { ApplicationPage } from '../../pages/configure/application'
import { ApplicationsPage } from '../../pages/configure/applications'
import type { Problems, Values } from '../../pages/configure/fields'
import type { PolicyRow } from '../../pages/configure/policies'
import type { AppContext } from '../../request/context'
import { currentConfiguration } from '../../request/prepare'
import { policyViews } from '../policy-view'
import { type ApiProblem, type ApiResponse, accountPath, callApi, readApi } from './api'
import {
  APPLICATION_FIELDS,
  applicationBody,
  applicationValues,
  NEW_APPLICATION,
  type Stored,
  storedSchema,
} from './application-record'
import { NotJson, problemsByField, sentValues } from './form'
import { administratorPage, changedSince, readPageForm, respond } from './page'
import { policyRows, sentPolicies, usedRows, withEmptyRows } from './policy-rows'

const LIST = '/_emulator/configure/access/applications'
const namedSchema = z.object({ id: z.string(), name: z.string() })

/** Handles `GET /_emulator/configure/access/applications` [S17]. */
export async function showApplications(c: AppContext): Promise<Response> {
  const applications = await readApi(
    c,
    `${accountPath(c)}/access/apps?per_page=1000`,
    z.array(storedSchema),
  )
  const page = await administratorPage(c)
  const configuration = await currentConfiguration(c)
  return respond(c, 200, (nonce) => (
    <ApplicationsPage
      {...page}
      nonce={nonce}
      applications={applications.map((each) => ({
        ...each,
        domains: each.self_hosted_domains,
        isOAuthOn:
          each.oauth_configuration !== undefined && each.oauth_configuration.enabled !== false,
        policies: policyViews(each.policies, configuration),
      }))}
    />
  ))
}

/** The content of the form: typed values, or those of the application. */
type Shown = {
  values: Values
  policies: PolicyRow[]
  problems?: Problems
  saved?: ApiResponse['call']
}

/** Handles `/_emulator/configure/access/applications/{id}`, with `new` for an application to be made. */
export async function editApplication(c: AppContext): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const path = `${accountPath(c)}/access/apps${id === 'new' ? '' : `/${id}`}`
  const stored = id === 'new' ? undefined : await readApi(c, path, storedSchema)
  if (c.req.method === 'GET') return show(c, stored, shownOf(stored))
  const form = await readPageForm(c)
  if (stored && form.get('intent') === 'delete') return remove(c, path, stored)
  const values = sentValues(form, APPLICATION_FIELDS)
  const policies = addReusable(sentPolicies(form), form.get('add_reusable'))
  if (form.get('intent') === 'more') {
    return show(c, stored, { values, policies: withEmptyRows(policies) })
  }
  const changed = stored && changedSince(stored.updated_at, form)
  if (changed) return show(c, stored, { values, policies, problems: changed })
  const saved = await save(c, path, values, policies, stored)
  if ('problems' in saved) return show(c, stored, { values, policies, problems: saved.problems })
  const after = await readApi(c, `${accountPath(c)}/access/apps/${saved.id}`, storedSchema)
  return show(c, after, { ...shownOf(after), saved: saved.call })
}

function shownOf(stored: Stored | undefined): Shown {
  return {
    values: stored ? applicationValues(stored) : NEW_APPLICATION,
    policies: policyRows(stored?.policies ?? []),
  }
}

async function show(c: AppContext, stored: Stored | undefined, shown: Shown): Promise<Response> {
  const account = accountPath(c)
  const [providers, reusable, page] = await Promise.all([
    readApi(c, `${account}/access/identity_providers`, z.array(namedSchema)),
    readApi(c, `${account}/access/policies?per_page=1000`, z.array(namedSchema)),
    administratorPage(c),
  ])
  return respond(c, shown.problems ? 400 : 200, (nonce) => (
    <ApplicationPage
      {...page}
      {...shown}
      nonce={nonce}
      application={stored && { ...stored, updatedAt: stored.updated_at }}
      identityProviders={providers.map(({ id, name }) => ({ value: id, text: name || id }))}
      reusable={reusable.map(({ id, name }) => ({ value: id, text: name }))}
    />
  ))
}

async function save(
  c: AppContext,
  path: string,
  values: Values,
  policies: PolicyRow[],
  stored?: Stored,
): Promise<{ id: string; call: ApiResponse['call'] } | { problems: Problems }> {
  try {
    const body = applicationBody(values, policies, stored)
    const response = await callApi(c, stored ? 'PUT' : 'POST', path, body)
    if (!response.isOk) return { problems: problemsOf(response.problems, policies) }
    return { id: z.object({ id: z.string() }).parse(response.result).id, call: response.call }
  } catch (error) {
    if (error instanceof NotJson) return { problems: { [error.member]: [error.message] } }
    throw error
  }
}

// The API counts the policies that were sent, the form has empty rows between them.
function problemsOf(errors: ApiProblem[], policies: PolicyRow[]): Problems {
  const places = usedRows(policies).map(({ at }) => at)
  const moved = errors.map((error) => {
    const [, index, rest = ''] =
      error.source?.pointer.match(/^\/policies\/(\d+)(.*)$/) ?? ([] as string[])
    if (index === undefined) return error
    return { ...error, source: { pointer: `/policies/${places[Number(index)]}${rest}` } }
  })
  const renamed = moved.map((error) =>
    /^\/(destinations|domain|self_hosted_domains)\b/.test(error.source?.pointer ?? '')
      ? { ...error, source: { pointer: '/hostnames' } }
      : error,
  )
  return problemsByField(renamed, [
    ...APPLICATION_FIELDS.map(({ member }) => member),
    ...policies.map((_, at) => `policies.${at}`),
  ])
}

function addReusable(policies: PolicyRow[], id: string | null): PolicyRow[] {
  return id ? [...policies, { reusable: id, name: id, isRemoved: false }] : policies
}

async function remove(c: AppContext, path: string, stored: Stored): Promise<Response> {
  const response = await callApi(c, 'DELETE', path)
  if (response.isOk) return c.redirect(LIST, 303)
  return show(c, stored, { ...shownOf(stored), problems: problemsByField(response.problems, []) })
}
