/** The base class of Durable Objects. The bundle imports it in place of `cloudflare:workers`. */
export class DurableObject<Env = unknown> {
  constructor(
    protected ctx: DurableObjectState,
    protected env: Env,
  ) {}
}
