/** The environment in which wrangler does nothing that costs time and that nobody here looks at. */
export const QUIET = {
  // Local request tracing costs a fifth to a third of every latency, and stores request URLs,
  // authorization codes included.
  X_LOCAL_OBSERVABILITY: 'false',
  X_LOCAL_EXPLORER: 'false',
  // Request.cf cannot be fetched without a network, and only its country is used here.
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
  ...process.env,
}
