/** The editor in a browser, on a real host: from a template to what is live, with everything in between that may go wrong. */

import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';
import { RunningHost } from '../support/running-host.ts';
import { hasBrowser, openBrowser, skipped } from './chromium.ts';
import { DashboardPage, phone, wide } from './dashboard-page.ts';

const source = "export default (request: Request) => {\n  console.log('asked');\n  return { price: 1 };\n};\n";

describe(`the editor${skipped}`, function () {
  this.timeout(180_000);
  let host: RunningHost;
  let browser: Browser;
  let dashboard: DashboardPage;
  let page: Page;
  let plugin: string;
  let plugins = 0;

  before(async function () {
    if (!hasBrowser) return this.skip();
    host = await RunningHost.start();
    browser = await openBrowser();
    // The first look at it may have to have it bundled.
    while ((await fetch(host.adminUrl)).status === 503) await new Promise((resolve) => setTimeout(resolve, 250));
  });
  after(async () => {
    await browser?.close();
    await host?.close();
  });
  beforeEach(async () => {
    dashboard = await DashboardPage.open(browser, host.adminUrl);
    page = dashboard.page;
    plugin = `shop/detail/price-${plugins++}`;
  });
  afterEach(() => dashboard.close());

  const code = () => page.locator('.editor-center .cm-content');
  const text = async () => (await page.locator('.editor-center .cm-line').allTextContents()).join('\n');
  const checked = (words: string | RegExp) => page.locator('.editor-file').getByText(words).waitFor();
  const panel = () => page.getByRole('tabpanel');
  const dialog = () => page.getByRole('dialog');

  /** At the end of the text, without the brackets and indents that typing would add. */
  async function write(added: string): Promise<void> {
    await code().click();
    await page.keyboard.press('Control+End');
    await page.keyboard.insertText(added);
  }
  async function writeAll(all: string): Promise<void> {
    await code().click();
    await page.keyboard.press('Control+a');
    // What a browser itself replaces, it styles as what was there: which the page's policy forbids.
    await page.keyboard.press('Delete');
    await page.keyboard.insertText(all);
  }
  /** Refusals that a test provokes, the browser writes down by itself. */
  function assertNoFaultBut(...statuses: number[]): void {
    const others = dashboard.faults.filter((fault) => !statuses.some((status) => fault.includes(`status of ${status}`)));
    assert.deepEqual(others, []);
  }

  it('goes from a template over a type error, mended, to what is live', async () => {
    await dashboard.signIn('/editor');
    await page.getByLabel('Id').fill(plugin);
    await page.getByRole('button', { name: 'Go on' }).click();
    await dashboard.screenshot('editor-templates');
    await page.getByRole('button', { name: /^snippet/ }).click();
    await checked('No errors');

    await writeAll("export default (request: Request) => {\n  const price: number = 'one';\n  return { price, path: request.nope };\n};\n");
    await page
      .getByRole('region', { name: 'Problems' })
      .getByRole('button', { name: /TS2339/ })
      .waitFor();
    await checked('2 errors');
    const underlined = page.locator('.editor-center .cm-lintRange-error');
    assert.deepEqual(await underlined.allTextContents(), ['price', 'nope']);
    await dashboard.screenshot('editor-errors');
    assert.deepEqual(await dashboard.violations(), []);

    // What does not check is neither previewed nor published.
    await page.keyboard.press('Control+s');
    await panel().getByText('The source does not type-check').waitFor();

    await page
      .getByRole('region', { name: 'Problems' })
      .getByRole('button', { name: /TS2322/ })
      .click();
    await writeAll(
      "export default (request: Request) => {\n  console.warn('asked for', request.method);\n  return { hello: new URL(request.url).pathname, price: 1 };\n};\n",
    );
    await checked('No errors');
    assert.equal(await underlined.count(), 0);
    await panel().getByLabel('Path and query').fill('/offers?n=1');
    await page.keyboard.press('Control+s');
    await panel().getByText('"price": 1').waitFor();
    await panel().getByText('asked for GET').waitFor();
    await panel().getByText('CPU').waitFor();
    await dashboard.screenshot('editor-preview');

    const test = (price: number) =>
      `import { call } from 'nbox:test';\nimport plugin from './index.ts';\n\nit('has a price', async () => {\n  expect(await (await call(plugin, '/x')).json()).toEqual({ hello: '/x', price: ${price} });\n});\n`;
    await page
      .getByRole('navigation', { name: 'Files' })
      .getByRole('button', { name: /index\.test\.ts/ })
      .click();
    await writeAll(test(2));
    await page.getByRole('button', { name: 'Run tests' }).click();
    await panel().getByText('1 failed, 0 passed').waitFor();
    await panel().getByRole('button', { name: 'index.test.ts:5' }).click();
    await dashboard.screenshot('editor-tests');
    await writeAll(test(1));
    await page.getByRole('button', { name: 'Run tests' }).click();
    await panel().getByText('1 passed').waitFor();

    await page.keyboard.press('Control+Enter');
    await dialog().getByText('1 test passed').waitFor();
    await dashboard.screenshot('editor-publish');
    assert.deepEqual(await dashboard.violations(), []);
    await dialog().getByLabel('Why, for the history').fill('the first one');
    await dialog().getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByRole('dialog', { name: 'Release 1 is live' }).waitFor();
    assert.deepEqual(JSON.parse(await host.text(`${plugin}/offers`)), { hello: '/offers', price: 1 });
    await page.getByRole('button', { name: 'Go on writing' }).click();
    await page.getByText('Nothing is changed').waitFor();
    // 404: there was no such plugin. 422: what was refused above.
    assertNoFaultBut(404, 422);
  });

  it('completes, tells what names are, and goes to where they are declared', async () => {
    await host.push(plugin, {
      files: {
        'index.ts': "import { total } from './lib/total.ts';\nexport default () => total([1, 2]);\n",
        'lib/total.ts': '/** Adds up. */\nexport function total(prices: number[]): number {\n  return prices.length;\n}\n',
      },
    });
    await dashboard.signIn(`/editor/${plugin}`);
    await checked('No errors');
    await write('\nconst more = [1].');
    await page.keyboard.press('Control+Space');
    const list = page.getByRole('listbox');
    await list.getByRole('option', { name: /^at\b/ }).waitFor();
    await page.keyboard.insertText('fla');
    await list.getByRole('option', { name: /^flatMap/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await dashboard.screenshot('editor-completions');
    await page.keyboard.press('Escape');

    await page.locator('.editor-center .cm-line').nth(1).getByText('total').hover();
    await page.locator('.code-signature', { hasText: 'function total(prices: number[]): number' }).waitFor();
    await page.locator('.code-prose', { hasText: 'Adds up.' }).waitFor();
    await page
      .locator('.editor-center .cm-line')
      .nth(1)
      .getByText('total')
      .click({ modifiers: ['Control'] });
    await page.getByText('export function total').waitFor();
    assertNoFaultBut();
  });

  it('tells the stack of a failure in the source, and goes there', async () => {
    await host.push(plugin, source);
    await dashboard.signIn(`/editor/${plugin}`);
    await checked('No errors');
    await writeAll(
      "function inner(n: number): number {\n  if (n > 0) throw new Error('no price');\n  return n;\n}\n\nexport default () => {\n  return inner(1);\n};\n",
    );
    await checked('No errors');
    await panel().getByRole('button', { name: 'Send' }).click();
    await panel().getByText('no price').waitFor();
    await panel()
      .getByRole('button', { name: /^inner · index\.ts:2/ })
      .click();
    await page.locator('.cm-activeLine', { hasText: 'throw new Error' }).waitFor();
    assertNoFaultBut();
  });

  it('keeps what was not published over a reload', async () => {
    await host.push(plugin, source);
    await dashboard.signIn(`/editor/${plugin}`);
    await checked('No errors');
    await write('// mine\n');
    await page.getByRole('button', { name: 'Add a file' }).click();
    await page.getByLabel('Name of the new file').fill('lib/more.ts');
    await page.keyboard.press('Enter');
    await writeAll('export const more = 1;\n');
    await page.getByText('Kept in this browser').waitFor();
    await page.locator('.editor-row[aria-current=true]', { hasText: 'more.ts' }).waitFor();
    // Whatever was written last is kept a moment later, or when the page is left.
    await page.reload();
    await page.getByText('export const more = 1;').waitFor();
    await page
      .getByRole('navigation', { name: 'Files' })
      .getByRole('button', { name: /^index\.ts/ })
      .click();
    assert.match(await text(), /\/\/ mine/);

    await page.getByRole('button', { name: 'Discard changes' }).click();
    await page.getByText('Nothing is changed').waitFor();
    assert.doesNotMatch(await text(), /mine/);
    assertNoFaultBut();
  });

  it('says that another tab writes the same plugin, and goes on with what that one has', async () => {
    await host.push(plugin, source);
    await dashboard.signIn(`/editor/${plugin}`);
    await checked('No errors');
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.locator('.editor-center .cm-content').click();
    await other.keyboard.press('Control+End');
    await other.keyboard.insertText('// theirs\n');
    await other.getByText('Kept in this browser').waitFor();
    await page.getByText('Another tab has changed this plugin, too.').waitFor();
    assert.equal(await other.getByText('Another tab has changed this plugin, too.').count(), 0);
    assert.deepEqual(await dashboard.violations(), []);
    assert.doesNotMatch(await text(), /theirs/);
    await page.getByRole('button', { name: 'Take the other’s' }).click();
    await code().getByText('// theirs').waitFor();
    assert.equal(await page.getByText('Another tab has changed this plugin, too.').count(), 0);
    assertNoFaultBut();
  });

  it('brings together what two have published, and asks where it cannot', async () => {
    const files = { 'index.ts': source, 'a.ts': 'export const a = 1;\n', 'b.ts': 'export const b = 1;\n' };
    await host.push(plugin, { files });
    await dashboard.signIn(`/editor/${plugin}`);
    await checked('No errors');
    await writeAll(source.replace('price: 1', 'price: 2'));
    await page.getByText('Kept in this browser').waitFor();
    await host.push(plugin, { files: { ...files, 'index.ts': source.replace('price: 1', 'price: 3'), 'b.ts': 'export const b = 2;\n' } });

    await page.keyboard.press('Control+Enter');
    await dialog().getByRole('button', { name: 'Publish', exact: true }).click();
    const conflict = page.getByRole('dialog', { name: /was published meanwhile/ });
    await conflict.getByText('index.ts open').waitFor();
    await dashboard.screenshot('editor-conflict');
    assert.deepEqual(await dashboard.violations(), []);
    assert.equal(await conflict.getByRole('button', { name: 'Take this' }).isDisabled(), true);
    await conflict.getByRole('button', { name: 'Mine' }).click();
    await conflict.getByRole('button', { name: 'Take this' }).click();
    await page.getByText('From release 2').waitFor();
    // What only the other one has changed is taken as it is.
    await page
      .getByRole('navigation', { name: 'Files' })
      .getByRole('button', { name: /^b\.ts/ })
      .click();
    await page.getByText('export const b = 2;').waitFor();

    await page.getByRole('button', { name: 'Publish…' }).click();
    await dialog().getByRole('button', { name: 'Publish', exact: true }).click();
    await page.getByRole('dialog', { name: 'Release 3 is live' }).waitFor();
    assert.deepEqual(JSON.parse(await host.text(plugin)), { price: 2 });
    assertNoFaultBut(412);
  });

  it('says when a draft was overtaken while its author was away', async () => {
    await host.push(plugin, source);
    await dashboard.signIn(`/editor/${plugin}`);
    await checked('No errors');
    await write('// mine\n');
    await page.getByText('Kept in this browser').waitFor();
    await dashboard.goto('/plugins');
    await host.push(plugin, `// theirs\n${source}`);
    await dashboard.goto(`/editor/${plugin}`);
    await page.getByText('Release 2 was published since you began.').waitFor();
    await page.getByRole('button', { name: 'Bring together…' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Bring together' }).click();
    await page.getByText('From release 2').waitFor();
    const both = await text();
    assert.match(both, /^\/\/ theirs/);
    assert.match(both, /\/\/ mine/);
    assertNoFaultBut();
  });

  it('hears of what others publish while it is open', async () => {
    await host.push(plugin, source);
    await dashboard.signIn(`/editor/${plugin}`);
    await checked('No errors');
    // Nothing is changed here: so it is what is shown from then on.
    await host.push(plugin, source.replace('price: 1', 'price: 2'));
    await page.getByText('From release 2').waitFor();
    await page.locator('.editor-center .cm-line', { hasText: 'price: 2' }).waitFor();
    await write('// mine\n');
    await page.getByText('Kept in this browser').waitFor();
    await host.push(plugin, source.replace('price: 1', 'price: 3'));
    await page.getByText('Release 3 was published since you began.').waitFor();
    assert.match(await text(), /\/\/ mine/);
    assertNoFaultBut();
  });

  it('publishes to a part of the calls, and rolls out', async () => {
    await host.push(plugin, source);
    await dashboard.signIn(`/editor/${plugin}`);
    await checked('No errors');
    await writeAll(source.replace('price: 1', 'price: 2'));
    await page.keyboard.press('Control+Enter');
    await dialog().getByLabel('A canary: a part of the calls').check();
    await dialog().getByLabel('Part of the calls in percent, exactly').fill('20');
    await dialog().getByRole('button', { name: 'Publish to 20%' }).click();
    await page.getByText('It gets 20% of the calls.').waitFor();
    const live = (await (await host.admin('GET', `/v1/plugins/${plugin}`)).json()) as { deployment: { releases: object[] } };
    assert.deepEqual(live.deployment.releases, [
      { number: 1, percentage: 80 },
      { number: 2, percentage: 20 },
    ]);
    await page.getByRole('button', { name: 'Go on writing' }).click();

    await writeAll(source.replace('price: 1', 'price: 3'));
    await page.keyboard.press('Control+Enter');
    await dialog().getByLabel('A rollout: step by step').check();
    await dialog().getByRole('button', { name: 'Publish and roll out' }).click();
    await page.getByText('Its rollout has begun.').waitFor();
    const { rollout } = (await (await host.admin('GET', `/v1/plugins/${plugin}/rollout`)).json()) as {
      rollout: { release: number; state: string };
    };
    assert.deepEqual([rollout.release, rollout.state], [3, 'running']);
    assertNoFaultBut();
  });

  it('tries what no request reaches: schedules, queues and methods', async () => {
    await dashboard.signIn(`/editor/${plugin}`);
    await page.getByRole('button', { name: /^worker/ }).click();
    await checked('No errors');
    await writeAll(`export default {
  fetch: () => new Response('up'),
  async queue(batch) {
    for (const message of batch.messages) console.log('message', message.body.id);
  },
  async scheduled(controller) {
    console.log('time of', controller.cron);
  },
  add: (input: { a: number }) => ({ sum: input.a + 1 }),
} satisfies ExportedHandler<unknown, { id: number }> & { add: (input: { a: number }) => object };
`);
    await page
      .getByRole('navigation', { name: 'Files' })
      .getByRole('button', { name: /index\.test\.ts/ })
      .click();
    await page.getByRole('button', { name: 'Delete the open file' }).click();
    await checked('No errors');
    await panel().getByLabel('Method').selectOption('queue');
    await panel().getByLabel('Name of the queue').fill('orders');
    await panel().getByLabel('Bodies of the messages, in a list').fill('[{ "id": 7 }, { "id": 8 }]');
    await panel().getByRole('button', { name: 'Send' }).click();
    await panel().getByText('message 7').waitFor();
    await panel().getByText('message 8').waitFor();
    await panel().getByLabel('Method').selectOption('schedule');
    await panel().getByLabel('Schedule, as the manifest writes it').fill('*/5 * * * *');
    await panel().getByRole('button', { name: 'Send' }).click();
    await panel().getByText('time of */5 * * * *').waitFor();
    await dashboard.screenshot('editor-event');
    assert.deepEqual(await dashboard.violations(), []);
    assertNoFaultBut(404);
  });

  it('opens a line of any release, to read, and to go on from', async () => {
    await host.push(plugin, source);
    await host.push(plugin, source.replace('price: 1', 'price: 2'));
    await dashboard.signIn(`/editor/${plugin}?release=1&file=index.ts&line=3`);
    await page.getByText('Release 1, as it was published.').waitFor();
    await page.locator('.cm-activeLine', { hasText: 'price: 1' }).waitFor();
    assert.equal(await page.getByRole('button', { name: 'Publish…' }).isDisabled(), true);
    await page.getByRole('button', { name: 'Edit from here' }).click();
    // The view is opened anew: what is written before would be in the one that goes.
    await page.waitForURL((url) => !url.searchParams.has('release'));
    await page.getByText('From release 2').waitFor();
    await page.locator('.editor-center .cm-line', { hasText: 'price: 1' }).waitFor();
    await write('// mine\n');
    await page.locator('.editor-center .cm-line', { hasText: '// mine' }).waitFor();
    await page.locator('button:enabled', { hasText: 'Publish…' }).waitFor();
    assertNoFaultBut();
  });

  it('shows everything to who may only read, and lets nothing be changed', async () => {
    await host.push(plugin, source);
    const made = await host.admin('POST', '/v1/tokens', { name: 'reader', scope: 'read', reach: '*' });
    const { token } = (await made.json()) as { token: string };
    await dashboard.goto(`/editor/${plugin}`);
    await page.getByLabel('Token').fill(token);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Your token may read this plugin, and not change it.').waitFor();
    await page.locator('.editor-center .cm-line', { hasText: 'price: 1' }).waitFor();
    for (const name of ['Publish…', 'Preview', 'Run tests', 'Format']) {
      assert.equal(await page.getByRole('button', { name, exact: true }).isDisabled(), true, name);
    }
    await write('// mine');
    assert.doesNotMatch(await text(), /mine/);
    assert.deepEqual(await dashboard.violations(), []);
    // Nothing was asked that would have been refused.
    assertNoFaultBut();
  });

  it('formats, adds, renames and deletes', async () => {
    await host.push(plugin, source);
    await dashboard.signIn(`/editor/${plugin}`);
    await checked('No errors');
    await writeAll('export default()=>{return {price:1}}');
    await page.keyboard.press('Shift+Alt+f');
    await page.getByText('return { price: 1 };').waitFor();
    const files = page.getByRole('navigation', { name: 'Files' });
    await files.getByRole('button', { name: 'Add a file' }).click();
    await page.getByLabel('Name of the new file').fill('../a.ts');
    await page.keyboard.press('Enter');
    await files.getByRole('alert').waitFor();
    await page.getByLabel('Name of the new file').fill('lib/a.ts');
    await page.keyboard.press('Enter');
    await files.getByRole('button', { name: /^a\.ts/ }).waitFor();
    await files.getByRole('button', { name: 'Rename the open file' }).click();
    await page.getByLabel('New name of lib/a.ts').fill('lib/b.ts');
    await page.keyboard.press('Enter');
    await files.getByRole('button', { name: /^b\.ts/ }).waitFor();
    await files.getByRole('button', { name: 'Delete the open file' }).click();
    assert.equal(await files.getByRole('button', { name: /^b\.ts/ }).count(), 0);
    assertNoFaultBut();
  });

  it('is loaded by those who open it, and by nobody else, in less than 200 kB', async () => {
    const loaded: [name: string, bytes: number][] = [];
    page.on('response', (response) => {
      const [, name] = /\/assets\/(editor|format\.worker)-/.exec(response.url()) ?? [];
      if (name !== undefined) loaded.push([name, Number(response.headers()['content-length'])]);
    });
    await dashboard.signIn('/plugins');
    await dashboard.settled();
    assert.deepEqual(loaded, []);
    await dashboard.go('/editor');
    await page.getByLabel('Id').waitFor();
    const [[name, bytes] = ['', 0], ...others] = loaded;
    assert.deepEqual([name, others], ['editor', []]);
    assert.ok(bytes > 10_000 && bytes < 200_000, `${bytes} bytes`);
    assertNoFaultBut();
  });

  for (const theme of ['light', 'dark'] as const) {
    for (const viewport of [wide, phone]) {
      it(`has no fault that axe finds, in ${theme} at ${viewport.width} × ${viewport.height}`, async () => {
        const files = { 'index.ts': `${source}const unused: string = 1;\n`, 'lib/a.ts': 'export const a = 1;\n' };
        assert.equal((await host.put(plugin, { files }, '?typecheck=warn')).status, 201);
        const here = await DashboardPage.open(browser, host.adminUrl, { theme, viewport });
        try {
          await here.signIn('/editor');
          await here.page.getByLabel('Id').waitFor();
          const found = await here.violations();
          await here.go(`/editor/${plugin}`);
          await here.page.locator('.editor-file').getByText('1 error').waitFor();
          for (const tab of ['Preview', 'Tests', 'Keys']) {
            await here.page.getByRole('tab', { name: tab }).click();
            found.push(...(await here.violations()));
          }
          await here.page.getByRole('tab', { name: 'Preview' }).click();
          await here.screenshot('editor');
          const overflow = Number(await here.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'));
          if (overflow > 0) found.push(`the page is ${overflow} px wider than the window`);
          assert.deepEqual(found, []);
          here.assertNoFault();
        } finally {
          await here.close();
        }
      });
    }
  }
});
