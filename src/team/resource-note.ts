/**
 * Returns the note that an event carries if a `resource` was not sent in its normalised form, else
 * nothing [P24].
 */
export function resourceNote(sent: string | undefined, resource: string): string {
  return sent === undefined || sent === resource
    ? ''
    : `The resource is ${resource} from now on, in normal form; clients that compare it byte by byte with ${sent} refuse it (P24).`
}
