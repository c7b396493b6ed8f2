import type { ErrorDetails } from '../mcp/server'

/** A failure of a server, or of the way to it. Its message contains no credential. */
export class UpstreamError extends Error {
  constructor(
    message: string,
    readonly details: ErrorDetails,
    /** The error that the server itself responded with, for its caller. */
    readonly rpcError?: { code: number; message: string },
  ) {
    super(message)
    this.name = 'UpstreamError'
  }
}
