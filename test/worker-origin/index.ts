/** An application as a Worker that asks its own `ctx.access` who is there. */
export default {
  async fetch(_request, _env, ctx): Promise<Response> {
    return Response.json({
      aud: ctx.access?.aud ?? null,
      identity: (await ctx.access?.getIdentity()) ?? null,
    })
  },
} satisfies ExportedHandler
