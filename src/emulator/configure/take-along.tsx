import type { Problems, Values } from '../../pages/configure/fields'
import { IMPORT_FIELDS, type ImportView, TakeAlongPage } from '../../pages/configure/take-along'
import { PageError } from '../../pages/page-error'
import type { AppContext } from '../../request/context'
import { exported } from './export'
import { sentValues } from './form'
import { type ImportPlan, planImport } from './import'
import { checkedPlan, editsOf } from './import-checks'
import { administratorPage, LONGEST_IMPORT_BYTES, readPageForm, respond } from './page'
import { hostsOf, readPasted, UnreadableList } from './pasted'

/** Handles `GET /_emulator/configure/access/take-along`: the export, and the form of the import. */
export async function exportPage(c: AppContext): Promise<Response> {
  return show(c, 200, {})
}

/**
 * Handles `POST /_emulator/configure/access/take-along`: shows what an import would take, then imports it in
 * one edit.
 *
 * @throws PageError on another host than this machine's
 */
export async function importPage(c: AppContext): Promise<Response> {
  const { emulator, isLocal, now, settings } = c.var
  if (!isLocal) {
    throw new PageError(403, 'Not here', 'An import works on this machine only.')
  }
  const form = await readPageForm(c, LONGEST_IMPORT_BYTES)
  const values = sentValues(form, IMPORT_FIELDS)
  try {
    const pasted = readPasted((list) => String(values[list]))
    const hosts = localHosts(c, form, hostsOf(pasted.apps))
    const planned = await planImport(pasted, hosts, now)
    const isImport = form.get('intent') === 'import'
    // Without edits, nothing is stored.
    const plan = await emulator.edit(settings.seed, async (from) => {
      const result = checkedPlan(planned, from, now)
      return { edits: isImport ? editsOf(result) : [], result }
    })
    const isDone = isImport && plan.taken.length > 0
    return show(c, 200, isDone ? {} : values, viewOf(plan, hosts, isDone))
  } catch (error) {
    if (!(error instanceof UnreadableList)) throw error
    return show(c, 400, values, undefined, { [error.list]: [error.message] })
  }
}

function viewOf(plan: ImportPlan, hosts: Map<string, string>, isDone: boolean): ImportView {
  const taken = plan.taken.map(({ label, how = '' }) => `${label}${how}`)
  return {
    isDone,
    taken,
    left: plan.left,
    hosts: [...hosts].map(([real, local]) => ({ real, local })),
  }
}

// The local hosts of the form, else a name below localhost on the emulator's port.
function localHosts(c: AppContext, form: URLSearchParams, real: string[]): Map<string, string> {
  const { port } = c.get('url')
  const sent = new Map(
    real.map((_, at) => [form.get(`host.${at}.real`), form.get(`host.${at}.local`)?.trim()]),
  )
  return new Map(
    real.map((host) => {
      const label = host.split('.')[0]?.replace(/[^a-z0-9-]/g, '') || 'app'
      return [host, sent.get(host) || `${label}.localhost${port && `:${port}`}`]
    }),
  )
}

async function show(
  c: AppContext,
  status: number,
  values: Values,
  plan?: ImportView,
  problems?: Problems,
): Promise<Response> {
  const [page, forms] = await Promise.all([administratorPage(c), exported(c)])
  return respond(c, status, (nonce) => (
    <TakeAlongPage
      {...page}
      {...forms}
      {...{ nonce, values, plan, problems }}
      isLocal={c.get('isLocal')}
    />
  ))
}
