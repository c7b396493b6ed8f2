/** The base class of Durable Objects, which the bundle has as `cloudflare:workers`. */
export class DurableObject<Env = unknown> {
  constructor(
    protected ctx: DurableObjectState,
    protected env: Env,
  ) {}
}
