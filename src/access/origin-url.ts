import * as z from 'zod'

/** The origin server of an application: scheme and host, without a path. */
export const originUrlSchema = z
  .string()
  .refine(isOrigin, 'expected http://host[:port] or https://host[:port], without a path')

function isOrigin(text: string): boolean {
  const url = URL.parse(text)
  return (
    url !== null &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    !url.username &&
    !url.password &&
    url.pathname === '/' &&
    !url.search &&
    !url.hash
  )
}
