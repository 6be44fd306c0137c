/** Runs at the times of a schedule, and says by HTTP when it last did. */
interface Env {
  readonly LABEL?: string;
}

let last: { readonly cron: string; readonly at: string } | undefined;

export default {
  async scheduled(controller: ScheduledController, _env: Env, ctx: ExecutionContext): Promise<void> {
    ctx.waitUntil(
      (async () => {
        await Promise.resolve();
        last = { cron: controller.cron, at: new Date(controller.scheduledTime).toISOString() };
      })(),
    );
  },
  async fetch(): Promise<Response> {
    return Response.json(last ?? null);
  },
} satisfies ExportedHandler<Env>;
