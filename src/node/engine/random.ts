import { webcrypto } from 'node:crypto'

const POOL_BYTES = 4096
const LONGEST_BYTES = 64

// Node fills a large array nearly as fast as a short one, and secrets are short.
const pool = new Uint8Array(POOL_BYTES)
let taken = POOL_BYTES

/** Fills an array with random values. Those of a short one come from a pool; no value is used twice. */
export function getRandomValues<T extends ArrayBufferView<ArrayBuffer>>(array: T): T {
  if (!(array instanceof Uint8Array) || array.length > LONGEST_BYTES) {
    return webcrypto.getRandomValues(array as never)
  }
  if (taken + array.length > POOL_BYTES) {
    webcrypto.getRandomValues(pool)
    taken = 0
  }
  array.set(pool.subarray(taken, taken + array.length))
  taken += array.length
  return array
}
