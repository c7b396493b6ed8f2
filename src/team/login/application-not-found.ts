import { PageError } from '../../pages/page-error'

/**
 * Returns the page of a login whose application is not found.
 *
 * Access: modelled by others [A15], the status 200 and the title.
 */
export function applicationNotFound(
  hint: PageError['hint'],
  message = 'No application of Access was found for this login.',
): PageError {
  return new PageError(200, 'Unable to find your Access application!', message, undefined, hint)
}
