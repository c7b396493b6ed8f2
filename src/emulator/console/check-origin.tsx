import { CheckOriginPage } from '../../pages/console/check-origin'
import { respondPage } from '../../pages/respond'
import { readText } from '../../request/body'
import type { AppContext } from '../../request/context'
import type { Responses } from '../responses'
import { requireSameOrigin } from './form'
import { type Control, inside } from './inside'
import { pageOf } from './view'

type Result = { report?: Responses['POST check-origin']; problem?: string }

/**
 * Handles `/_emulator/console/check-origin`: POST checks how the origin verifies assertions, and shows the
 * result.
 *
 * @throws PageError for a form of another site
 */
export async function showCheckOriginPage(c: AppContext, control: Control): Promise<Response> {
  const isCheck = c.req.method === 'POST'
  if (isCheck) requireSameOrigin(c)
  const form = new URLSearchParams(isCheck ? await readText(c) : '')
  const path = form.get('path') ?? ''
  const result = isCheck ? await resultOf(c, control, path) : {}
  const newest = await c.get('emulator').events.newestNumber()
  return respondPage(
    c,
    200,
    (nonce) => <CheckOriginPage nonce={nonce} {...pageOf(c, newest)} path={path} {...result} />,
    { withScript: true, connectsToSelf: true },
  )
}

async function resultOf(c: AppContext, control: Control, path: string): Promise<Result> {
  const body = JSON.stringify(path === '' ? {} : { path })
  const response = await inside(c, control, 'POST', '/_emulator/check-origin', body)
  if (response.ok) return { report: await response.json() }
  const { error_description: problem } = (await response.json()) as { error_description: string }
  return { problem }
}
