import { emailSchema } from '../../access/identity'
import type { Parameters } from '../../oauth/parameters'
import { PageError } from '../../pages/page-error'

/**
 * Reads the e-mail address from the form of the login page.
 *
 * @throws PageError
 */
export function readEmail(form: Parameters): string {
  const email = emailSchema.safeParse(form.get('email'))
  if (!email.success) throw new PageError(400, 'Invalid form', 'email must be an e-mail address.')
  return email.data
}
