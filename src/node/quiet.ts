/** The environment for wrangler, with every feature off that costs time and is not used here. */
export const QUIET = {
  // Local request tracing takes a fifth to a third of every latency. It also stores request URLs, which
  // contain authorization codes.
  X_LOCAL_OBSERVABILITY: 'false',
  X_LOCAL_EXPLORER: 'false',
  // `request.cf` needs a network, and only its country is used here.
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
  ...process.env,
}
