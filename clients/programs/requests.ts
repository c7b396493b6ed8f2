import { setTimeout } from 'node:timers/promises'
import { type Callback, Credentials, call, listen } from './callback.ts'

const CALLS = 6
const PAUSE_MS = 50

/** The credentials that a program keeps. */
export type Kept<Client> = { client: Client; refresh: string; access: string; port: number }

/** The part of a program that differs from library to library. */
export type Library = {
  authorize(): Promise<Tokens>
  refresh(token: string): Promise<Tokens>
  /** Returns the error code of a token response, if that is the error. */
  codeOf(error: unknown): string | undefined
}
type Tokens = { access_token: string; refresh_token?: string | undefined }

/** Sends six requests with access tokens. After a 401, it refreshes, or authorizes. */
export async function sendRequests<Client>(
  name: string,
  url: string,
  libraryOf: (kept: Partial<Kept<Client>>, callback: Callback) => Library,
): Promise<void> {
  const credentials = new Credentials<Kept<Client>>(name)
  const kept = credentials.read()
  const callback = await listen(kept.port ?? 0)
  kept.port = callback.port
  const { authorize, codeOf, refresh } = libraryOf(kept, callback)

  const refreshed = (token: string) =>
    refresh(token).catch((error: unknown) => {
      const code = codeOf(error)
      if (code !== 'invalid_grant' && code !== 'invalid_client') throw error
      // RFC 6749 5.2: the refresh token, or the client, is no longer valid.
      kept.refresh = undefined
      if (code === 'invalid_client') kept.client = undefined
    })
  try {
    for (let calls = 0; calls < CALLS; calls++) {
      if (!kept.access || (await call(url, kept.access)) === 401) {
        const tokens = (kept.refresh && (await refreshed(kept.refresh))) || (await authorize())
        Object.assign(kept, { access: tokens.access_token, refresh: tokens.refresh_token })
        credentials.write(kept)
      }
      await setTimeout(PAUSE_MS)
    }
  } finally {
    callback.close()
  }
}
