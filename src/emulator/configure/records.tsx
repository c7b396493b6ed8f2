import * as z from 'zod'
import { isObject, withoutReadOnly } from '../../access/unknown-members'
import type { Problems, Values } from '../../pages/configure/fields'
import { JSON_FIELD, RecordPage, RecordsPage } from '../../pages/configure/records'
import type { AppContext } from '../../request/context'
import { type ApiResponse, accountPath, callApi, readApi } from './api'
import { memberOf, NotJson, problemsByField, sentValues, withValues } from './form'
import { administratorPage, changedSince, readPageForm, respond } from './page'
import type { JsonKind } from './record-kinds'

const recordSchema = z.looseObject({
  id: z.string().default(''),
  name: z.string().default(''),
  updated_at: z.string().default(''),
})
type JsonRecord = z.infer<typeof recordSchema>

/** Handles `GET /_emulator/configure/access/{kind}`: the list of a kind. */
export async function showRecords(c: AppContext, kind: JsonKind): Promise<Response> {
  const path = `${accountPath(c)}${kind.path}?per_page=1000`
  const records = await readApi(c, path, z.array(recordSchema))
  const page = await administratorPage(c)
  return respond(c, 200, (nonce) => (
    <RecordsPage
      {...page}
      nonce={nonce}
      kind={kind}
      records={records.map((record) => ({
        id: record.id,
        name: record.name || record.id,
        facts: kind.facts.map((member) => String(memberOf(record, member) ?? '')),
      }))}
    />
  ))
}

/** Handles `/_emulator/configure/access/{kind}/{id}`: the editor of a record, with `new` for a new one. */
export async function editRecord(c: AppContext, kind: JsonKind): Promise<Response> {
  const id = c.req.param('id') ?? ''
  const isNew = id === 'new' && kind.isSingle === undefined
  const path = `${accountPath(c)}${kind.path}${isNew || kind.isSingle ? '' : `/${id}`}`
  const record = isNew ? undefined : await readApi(c, path, recordSchema)
  if (c.req.method === 'GET') return show(c, kind, record, { values: valuesFor(kind, record) })
  const form = await readPageForm(c)
  if (form.get('intent') === 'delete' && record) return remove(c, kind, path, record)
  const values = sentValues(form, [JSON_FIELD])
  const changed = record && changedSince(record.updated_at, form)
  if (changed) return show(c, kind, record, { values, problems: changed })
  try {
    const body = memberOf(withValues({}, values, [JSON_FIELD]), 'json')
    if (!isObject(body)) throw new NotJson('json', 'expected an object')
    const response = await callApi(c, record ? 'PUT' : 'POST', path, body)
    if (!response.isOk) {
      return show(c, kind, record, { values, problems: jsonProblems(response) })
    }
    const after = recordSchema.parse(response.result)
    return show(c, kind, after, { values: valuesFor(kind, after), saved: response.call })
  } catch (error) {
    if (!(error instanceof NotJson)) throw error
    return show(c, kind, record, { values, problems: { json: [error.message] } })
  }
}

type Shown = { values: Values; problems?: Problems; saved?: ApiResponse['call'] }

async function show(
  c: AppContext,
  kind: JsonKind,
  record: JsonRecord | undefined,
  shown: Shown,
): Promise<Response> {
  const page = await administratorPage(c)
  return respond(c, shown.problems ? 400 : 200, (nonce) => (
    <RecordPage
      {...page}
      {...shown}
      nonce={nonce}
      kind={kind}
      record={
        record && {
          id: record.id,
          name: kind.isSingle ? kind.title : record.name || record.id,
          updatedAt: record.updated_at,
          isDeletable: kind.isSingle === undefined,
        }
      }
    />
  ))
}

async function remove(c: AppContext, kind: JsonKind, path: string, record: JsonRecord) {
  const response = await callApi(c, 'DELETE', path)
  if (response.isOk) return c.redirect(`/_emulator/configure/access/${kind.slug}`, 303)
  return show(c, kind, record, {
    values: valuesFor(kind, record),
    problems: problemsByField(response.problems, []),
  })
}

function valuesFor(kind: JsonKind, record: JsonRecord | undefined): Values {
  if (!record) return { json: JSON.stringify(kind.example, null, 2) }
  return { json: JSON.stringify(withoutReadOnly(record), null, 2) }
}

// The one field has every member, so every refusal stands at it.
function jsonProblems({ problems }: ApiResponse): Problems {
  return { json: problems.map(({ message }) => message) }
}
