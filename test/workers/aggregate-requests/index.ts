/** Asks several servers at once, and puts their answers together. */
import { origin } from './origins.json';

export default {
  async fetch(): Promise<Response> {
    const responses = await Promise.all([fetch(`${origin}/json/a`), fetch(`${origin}/json/b`), fetch(`${origin}/missing`)]);
    const results = await Promise.all(responses.map((response) => (response.ok ? response.json() : response.status)));
    return new Response(JSON.stringify(results), { headers: { 'content-type': 'application/json;charset=UTF-8' } });
  },
} satisfies ExportedHandler;
