/**
 * The requests of `compare`, in the order in which they are sent. No server can take one of them for more
 * than a question: each value that looks like a credential is made up, and the client does not exist.
 *
 * To add a probe, add an entry to one of the three tables.
 */
import { CHALLENGES } from './challenges.ts'
import { DOCUMENTS } from './documents.ts'
import { REQUESTS_TO_ENDPOINTS } from './endpoints.ts'
import { readProbes } from './probe.ts'

export const PROBES = readProbes({ ...CHALLENGES, ...DOCUMENTS, ...REQUESTS_TO_ENDPOINTS })
