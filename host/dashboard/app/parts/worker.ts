/** Threads of the page: each is a file of its own among the assets, which the page names. */

interface ScriptUrls {
  createScriptURL(url: string): string;
}

/** The one policy that the page's own rules allow: it lets through what the page has named, and nothing else. */
let policy: ScriptUrls | undefined;

/** @param name its file's, without `.worker.ts` @throws Error where there is none */
export function workerOf(name: string): Worker {
  const all = document.querySelector<HTMLMetaElement>('meta[name="nbox-workers"]')?.content.split(' ') ?? [];
  const url = all.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1);
  if (url === undefined) throw new Error(`The page has no worker ${name}`);
  policy ??= policies()?.createPolicy('nbox', { createScriptURL: checked }) ?? { createScriptURL: checked };
  return new Worker(policy.createScriptURL(url), { type: 'module' });
}

function checked(url: string): string {
  if (!/^\/[\w./-]+\.js$/.test(url) || url.startsWith('//')) throw new TypeError(`${url} is no script of the page`);
  return url;
}

/** Not in every browser yet. */
function policies(): { createPolicy(name: string, rules: ScriptUrls): ScriptUrls } | undefined {
  return (window as unknown as { trustedTypes?: { createPolicy(name: string, rules: ScriptUrls): ScriptUrls } }).trustedTypes;
}
