import { readForm } from '../../body'
import type { AppContext } from '../../env'
import { OAuthError } from '../../oauth/errors'
import type { Parameters } from '../../oauth/parameters'
import { PageError } from '../../pages/respond'

/**
 * The form of one of our pages.
 *
 * @throws PageError, because a person is looking
 */
export async function readPageForm(c: AppContext): Promise<Parameters> {
  try {
    return await readForm(c)
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    throw new PageError(400, 'Invalid form', `${error.description}.`)
  }
}
