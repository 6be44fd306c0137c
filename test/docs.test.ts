/** The documents: what they show is run, and what they list is held against the code. */

import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { defaultLimits, limitBounds } from '../guards/limits.ts';
import { configOptions } from '../host/config/options.ts';
import { headingsOf } from '../host/docs/markdown.ts';
import { parseManifest } from '../loader/manifest.ts';
import { RunningHost, token } from './support/running-host.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
/** A document without the padding of its tables. */
const squeezed = (file: string) => read(file).replaceAll(/ +/g, ' ');
const blocks = (file: string, language: string) =>
  [...read(file).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(([, text]) => text as string);

/** The examples are for people who have curl and a POSIX shell; a machine may have neither. */
const hasShell = ['bash', 'curl'].every((tool) => spawnSync(tool, ['--version']).status === 0);

describe('documents', () => {
  let host: RunningHost;
  let directory: string;
  before(async () => {
    host = await RunningHost.start(['--plugins', join(root, 'plugins')]);
    directory = await mkdtemp(join(tmpdir(), 'nbox-docs-'));
    await host.host.watching;
  });
  after(async () => {
    await host.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** Runs a shell block with the ports of this test's host. What stands behind `#` is what the line must print. */
  async function runShell(block: string): Promise<void> {
    const { TOKEN: _, ...env } = process.env;
    const script = block
      .replaceAll('localhost:8081', `127.0.0.1:${host.host.admin.port}`)
      .replaceAll('localhost:8080', `127.0.0.1:${host.host.traffic.port}`)
      .replaceAll('npx nbox', `"${join(root, 'bin/nbox')}"`)
      .replaceAll(/^curl /gm, 'curl --silent --show-error --fail-with-body ');
    const expected = [...script.matchAll(/ # (.*)$/gm)].map(([, text]) => text as string);
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
      cwd: directory,
      env: { ...env, TOKEN: token, NBOX_URL: host.adminUrl, NBOX_TRAFFIC_URL: host.traffic },
    });
    for (const line of expected) assert.ok(stdout.includes(line), `${line} is not in\n${stdout}`);
  }

  for (const [file, index, block] of ['README.md'].flatMap((name) => blocks(name, 'sh').map((text, i) => [name, i, text] as const))) {
    it(`${file}: its commands do what they say (${index + 1})${hasShell ? '' : ' (skipped: it takes bash and curl)'}`, async function () {
      if (!hasShell) this.skip();
      await runShell(block);
    });
  }

  it(`docs/first-plugin.md: its commands do what they say, one after the other${hasShell ? '' : ' (skipped: it takes bash and curl)'}`, async function () {
    if (!hasShell) this.skip();
    const all = blocks('docs/first-plugin.md', 'sh');
    assert.ok(all.length >= 5);
    await runShell(all.join(''));
  });

  it('plugins/**/README.md: the commands answer', async function () {
    if (!hasShell) this.skip();
    for (const file of globSync('plugins/*/*/*/README.md', { cwd: root })) {
      for (const block of blocks(file, '')) await runShell(block);
    }
  });

  it('docs/authors.md: each example is accepted as it stands', async () => {
    const examples = blocks('docs/authors.md', 'ts');
    assert.ok(examples.length >= 3);
    for (const [i, source] of examples.entries()) await host.push(`docs/authors/example-${i}`, source);
    assert.deepEqual(JSON.parse(await host.text('docs/authors/example-0/x')), { path: '/x' });
  });

  it('docs/authors.md: the tests that it shows pass', async () => {
    const [test] = blocks('docs/authors.md', 'typescript');
    const plugin = `export default async (request: Request) => {
  const { pathname } = new URL(request.url);
  const { pieces } = (await (await fetch('https://stock.example.com/1')).json()) as { pieces: number };
  return pathname === '/words' ? new Response(pieces === 0 ? 'none' : 'some') : { hello: pathname, stock: pieces };
};`;
    const files = { 'index.ts': plugin, 'index.test.ts': test as string };
    const answer = await host.admin('POST', '/v1/plugins/docs/authors/tests/tests', { files });
    const { tests } = (await answer.json()) as { tests?: { passed: number } };
    assert.equal(tests?.passed, 3);
  });

  it('docs/authors.md: the manifest it shows has the defaults', () => {
    const [shown] = blocks('docs/authors.md', 'json');
    assert.deepEqual(parseManifest(JSON.parse(shown as string), ['index.ts']).limits, defaultLimits);
  });

  it('docs/authors.md: the table of limits has each of them', () => {
    for (const name of Object.keys(limitBounds)) assert.ok(squeezed('docs/authors.md').includes(`| \`${name}\` |`), name);
  });

  it('docs/operators.md: the table of options is that of the code', () => {
    for (const { flag, variable, what, values, default: fallback } of configOptions) {
      const row = `| ${flag === undefined ? '–' : `\`${flag}\``} | \`${variable}\` | ${what} | ${values} | ${fallback} |`;
      assert.ok(squeezed('docs/operators.md').includes(row), row);
    }
  });

  it('links point to files and headings that are there', () => {
    const slugs = (file: string) => headingsOf(read(file)).map(({ slug }) => slug);
    for (const file of globSync(['*.md', 'docs/*.md', 'plugins/**/*.md'], { cwd: root })) {
      for (const [, target = '', anchor] of read(file).matchAll(/\]\(([^)#:]*)(?:#([^)]*))?\)/g)) {
        const to = target === '' ? file : join(dirname(file), target);
        assert.ok(existsSync(join(root, to)), `${file} links to ${target}`);
        if (anchor !== undefined) assert.ok(slugs(to).includes(anchor), `${file} links to ${target}#${anchor}`);
      }
    }
  });
});
