import type { FaultSubject } from '../switches/active-fault'
import { pause } from './pause'
import { type Faults, strike } from './strike'

/**
 * Drops the response with new tokens if a fault says so. The tokens are issued, but the client does not
 * receive them.
 */
export async function unlessLost(
  faults: Faults,
  grantType: string,
  subject: FaultSubject,
  response: Response,
): Promise<Response> {
  if (grantType === 'authorization_code' && (await strike(faults, 'dropped-answer', subject))) {
    return new Response(brokenOff(), response)
  }
  if (grantType === 'refresh_token' && (await strike(faults, 'lost-rotation', subject))) {
    const headers = new Headers(response.headers)
    headers.delete('Content-Type')
    return new Response('error code: 502', { status: 502, headers })
  }
  return response
}

// Breaks the connection after the first byte has been sent. Earlier, `wrangler dev` would send a
// response of its own.
function brokenOff(): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{'))
    },
    async pull(controller) {
      await pause('100ms')
      controller.error(new Error('The fault dropped-answer broke the connection'))
    },
  })
}
