/** A call of the management API; the path is below `/client/v4`. */
export type Call = { method: string; path: string; body?: object | undefined }

/** Returns a call as a curl command, in the form of Cloudflare's documentation. */
export function curlOf({ method, path, body }: Call, origin: string): string {
  const lines = [
    `curl "${origin}/client/v4${path}"`,
    `  --request ${method}`,
    '  --header "Authorization: Bearer $CLOUDFLARE_API_TOKEN"',
    ...(body ? [`  --json '${quoted(body)}'`] : []),
  ]
  return lines.join(' \\\n')
}

// A shell ends a quoted text at each apostrophe.
function quoted(body: object): string {
  return JSON.stringify(body, null, 2).replaceAll("'", "'\\''")
}
