/** A class as the default export, and named entry points beside it. */
import { WorkerEntrypoint } from 'cloudflare:workers';

interface Env {
  readonly RATE?: number;
}

export default class extends WorkerEntrypoint<Env> {
  override async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.ctx.waitUntil(Promise.resolve(pathname));
    return new Response(`${request.method} ${pathname}`);
  }

  async ping(): Promise<string> {
    return 'pong';
  }
}

export class Prices extends WorkerEntrypoint<Env> {
  async quote(sku: string, count: number): Promise<{ sku: string; total: number }> {
    return { sku, total: this.#unit(sku) * count * (this.env.RATE ?? 1) };
  }

  async fails(): Promise<never> {
    throw new TypeError('no quote');
  }

  #unit(sku: string): number {
    return sku.length;
  }
}

export const admin = {
  async fetch(): Promise<Response> {
    return new Response('admin');
  },
  async describe(sku: string, _env: Env, _ctx: ExecutionContext): Promise<string> {
    return `about ${sku}`;
  },
};
