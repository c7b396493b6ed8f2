/**
 * Returns a note for the event if the `resource` was not sent in its normalised form; otherwise an
 * empty string [T5, P24].
 */
export function resourceNote(sent: string | undefined, resource: string): string {
  return sent === undefined || sent === resource
    ? ''
    : `The resource is normalised to ${resource}; a client that compares it byte by byte with ${sent} rejects it (P24).`
}
