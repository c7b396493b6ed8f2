const NOT_RESPONDING = 'Storage is not responding; try again'
const OUT_OF_FILES =
  'The emulator cannot open more files: raise the limit on open files (ulimit -n) or restart it, and try again'
const DISK_FULL =
  'The disk is full, so the emulator can store nothing: free some space, and try again'
const FAILED_INSIDE =
  'Storage failed inside the runtime. The log has the cause, often too many open files (see ulimit -n); try again'

/**
 * The error of storage that fails for now: nothing is known, or nothing was stored, and a later request
 * may succeed.
 */
export class StorageUnavailable extends Error {
  readonly retryAfterSeconds = 5

  constructor(cause: unknown) {
    super(sentenceOf(cause), { cause })
    this.name = 'StorageUnavailable'
  }
}

/**
 * Returns the error to throw for one that a Durable Object's call failed with. A failure of the runtime
 * or its files is `StorageUnavailable`; any other error comes from our own code and is returned as it is.
 */
export function failureOf(error: unknown): unknown {
  const text = String(error)
  return isOutOfFiles(text) || isDiskFull(text) || isInside(text)
    ? new StorageUnavailable(error)
    : error
}

function sentenceOf(cause: unknown): string {
  if (isOutOfFiles(String(cause))) return OUT_OF_FILES
  if (isDiskFull(String(cause))) return DISK_FULL
  return isInside(String(cause)) ? FAILED_INSIDE : NOT_RESPONDING
}

// The messages of Node, of SQLite, and of the operating system.
function isOutOfFiles(text: string): boolean {
  return /\bE[MN]FILE\b|SQLITE_CANTOPEN|unable to open database file|too many open files/i.test(
    text,
  )
}

function isDiskFull(text: string): boolean {
  return /\bENOSPC\b|SQLITE_(FULL|IOERR)|database or disk is full|disk I\/O error/i.test(text)
}

// workerd writes the cause to its log and gives the Worker only a reference. Its KV responds with a 500.
function isInside(text: string): boolean {
  return /^(Error: )?internal error; reference|^Error: KV \w+ failed: 500/.test(text)
}
