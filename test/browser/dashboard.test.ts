/** The dashboard in a browser, on a real host with real traffic. */

import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { RunningHost, token } from '../support/running-host.ts';
import { hasBrowser, openBrowser, skipped } from './chromium.ts';
import { DashboardPage, phone, wide } from './dashboard-page.ts';

const price = 'shop/detail/price';
const broken = 'shop/detail/broken';
const stuck = 'search/rank/stuck';

const views: readonly (readonly [name: string, path: string, ready: string])[] = [
  ['overview', '/', 'Executors'],
  ['plugins', '/plugins', 'Calls/s'],
  ['plugin', `/plugins/${price}`, 'Run time'],
  ['plugin-releases', `/plugins/${price}/releases`, 'Deployments'],
  ['plugin-failures', `/plugins/${broken}/failures`, 'Failed calls'],
  ['plugin-logs', `/plugins/${price}/logs`, 'Log'],
  ['plugin-capacity', `/plugins/${price}/capacity`, 'Limits'],
  ['releases', '/releases', 'loaded'],
  ['hygiene', '/hygiene', 'Unused interfaces'],
  ['audit', '/audit', 'Chain'],
  ['tokens', '/tokens', 'New token'],
  ['settings', '/settings', '--admin-port'],
];

describe(`the dashboard${skipped}`, function () {
  this.timeout(180_000);
  let host: RunningHost;
  let browser: Browser;
  let page: DashboardPage;

  before(async function () {
    if (!hasBrowser) return this.skip();
    host = await RunningHost.start();
    browser = await openBrowser();
    await host.push(price, {
      source: 'export default () => { console.log("asked for a price"); return { price: 1 }; };',
      manifest: { owner: 'team-detail', description: 'Prices' },
    });
    await host.push(price, {
      source: 'export default () => { console.warn("asked again"); return { price: 2 }; };',
      manifest: { owner: 'team-detail', description: 'Prices' },
    });
    await host.push(broken, 'export default () => {\n  throw new Error("no offer");\n};');
    await host.push(stuck, 'export default () => {\n  for (;;) {\n  }\n};');
    for (let i = 0; i < 30; i += 1) await host.text(price);
    for (let i = 0; i < 5; i += 1) await host.text(broken);
    await host.text(stuck);
    // Hints are known some seconds after the start, and of a plugin that is called then.
    while (!(await host.admin('GET', `/v1/plugins/${price}/hint`)).ok) {
      await host.text(price);
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    // The first look at it may have to have it bundled.
    while ((await fetch(host.adminUrl)).status === 503) await new Promise((resolve) => setTimeout(resolve, 250));
  });
  after(async () => {
    await browser?.close();
    await host?.close();
  });
  beforeEach(async () => {
    page = await DashboardPage.open(browser, host.adminUrl);
  });
  afterEach(() => page.close());

  it('lets in who has the token, tells who has not, and goes where the address says', async () => {
    await page.goto('/plugins?q=price');
    const input = page.page.getByLabel('Token');
    await input.fill('not-the-token');
    await page.page.getByRole('button', { name: 'Sign in' }).click();
    await page.page.getByText('This is not a token of this host, or it is no longer one.').waitFor();
    await input.fill(token);
    await page.page.keyboard.press('Enter');
    await page.page.getByRole('link', { name: price }).waitFor();
    assert.equal(await page.page.getByRole('searchbox', { name: 'Search plugins' }).inputValue(), 'price');
    assert.equal(await page.page.getByRole('link', { name: broken }).count(), 0);
    page.assertNoFault();
  });

  it('goes on after a reload, and ends when one signs out', async () => {
    await page.signIn('/plugins');
    await page.page.reload();
    await page.page.getByRole('link', { name: price }).waitFor();
    const ended = page.page.waitForResponse((response) => response.request().method() === 'DELETE');
    await page.page.getByRole('button', { name: 'Sign out' }).click();
    await page.page.getByLabel('Token').waitFor();
    assert.equal((await ended).status(), 204);
    await page.page.reload();
    await page.page.getByLabel('Token').waitFor();
    page.assertNoFault();
  });

  it('asks once for what it shows first, while it is still loaded', async () => {
    await page.signIn();
    const asked: string[] = [];
    page.page.on('request', (request) => asked.push(request.url().replace(host.adminUrl, '')));
    const warned: string[] = [];
    page.page.on('console', (message) => warned.push(message.text()));
    await page.goto('/');
    await page.page.locator('.chart-box canvas').nth(3).waitFor();
    const questions = asked.filter((path) => /^\/v1\/(?:session$|usage\?|usage\/top)/.test(path));
    // What is asked for in another minute than the page was made in is another question.
    assert.deepEqual(questions, [...new Set(questions)]);
    assert.equal(new Set(questions.map((path) => path.split('?')[0])).size, 3);
    const code = asked.findIndex((path) => path.endsWith('.js'));
    assert.ok(asked.indexOf('/v1/session') < code && asked.findIndex((path) => path.startsWith('/v1/usage/top')) < code, asked.join('\n'));
    assert.deepEqual(
      warned.filter((text) => text.includes('preload')),
      [],
    );
  });

  it('makes a token, and shows whoever has it what that one may do and nothing else', async () => {
    await page.signIn('/tokens');
    await page.page.getByRole('button', { name: 'New token' }).click();
    const dialog = page.page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('reader');
    await dialog.getByRole('button', { name: 'Read' }).click();
    await dialog.getByLabel('Reach').fill('shop/detail');
    assert.deepEqual(await page.violations(), []);
    await page.screenshot('new-token');
    await dialog.getByRole('button', { name: 'Make it' }).click();
    const made = (await dialog.locator('code').textContent()) ?? '';
    assert.match(made, /^nbox_/);
    await dialog.getByRole('button', { name: 'I have it' }).click();
    await page.page.getByRole('cell', { name: 'shop/detail' }).waitFor();
    const reader = await DashboardPage.open(browser, host.adminUrl);
    try {
      await reader.signIn('/plugins', made);
      await reader.page.getByRole('link', { name: price }).waitFor();
      assert.equal(await reader.page.getByRole('link', { name: stuck }).count(), 0);
      assert.equal(await reader.page.getByRole('link', { name: 'Tokens' }).count(), 0);
      await reader.go(`/plugins/${price}/releases`);
      await reader.page.getByText('Deployments', { exact: true }).waitFor();
      assert.equal(await reader.page.getByRole('button', { name: 'Roll back' }).count(), 0);
      await reader.go('/');
      await reader.settled();
      reader.assertNoFault();
      await page.page.getByRole('button', { name: 'Revoke…' }).click();
      await page.page.getByRole('dialog').getByRole('button', { name: 'Revoke it' }).click();
      await page.page.getByText('The token reader is revoked').waitFor();
      await reader.page.getByText('The session is over: sign in again.').waitFor();
    } finally {
      await reader.close();
    }
    page.assertNoFault();
  });

  it('shows what was changed, and that nothing of it was tampered with', async () => {
    await page.signIn('/audit');
    await page.page.getByRole('button', { name: /^PUT/ }).first().click();
    await page.page.getByRole('dialog').getByText(stuck).first().waitFor();
    await page.page.keyboard.press('Escape');
    await page.page.getByRole('button', { name: 'Verify' }).click();
    await page.page.getByText('whole', { exact: true }).waitFor();
    await page.page.getByText(/^nbox audit verify --known \d+:[0-9a-f]{64}$/).waitFor();
    await page.screenshot('audit-verified');
    page.assertNoFault();
  });

  it('shows traffic as it comes', async () => {
    await page.signIn();
    await page.settled();
    const traffic = setInterval(() => void host.text(price).catch(() => undefined), 20);
    try {
      const tile = page.page.locator('.stat', { hasText: 'Calls now' }).locator('.stat-value');
      while (!(Number.parseFloat((await tile.textContent()) ?? '') > 10)) await new Promise((resolve) => setTimeout(resolve, 100));
    } finally {
      clearInterval(traffic);
    }
    await page.page.getByRole('img', { name: /^CPU by plugin and host part/ }).waitFor();
    await page.page.getByRole('img', { name: /^Calls and failures a second/ }).waitFor();
    assert.equal((await page.page.locator('.chart-mark').count()) > 0, true, 'publishes are marked');
    page.assertNoFault();
  });

  it('sorts, filters and searches plugins, and keeps that in the address', async () => {
    await page.signIn('/plugins');
    await page.settled();
    const names = () => page.page.locator('tbody tr[data-row] a').allTextContents();
    await page.page.getByRole('button', { name: 'Plugin', exact: true }).click();
    assert.deepEqual(await names(), [stuck, broken, price]);
    await page.page.getByRole('button', { name: 'Plugin', exact: true }).click();
    assert.deepEqual(await names(), [price, broken, stuck]);
    await page.page.getByRole('button', { name: /^Failing/ }).click();
    assert.deepEqual((await names()).sort(), [stuck, broken].sort());
    await page.page.getByRole('searchbox', { name: 'Search plugins' }).fill('rank');
    await page.page.getByRole('link', { name: broken }).waitFor({ state: 'detached' });
    assert.deepEqual(await names(), [stuck]);
    assert.deepEqual(Object.fromEntries(new URL(page.page.url()).searchParams), { q: 'rank', show: 'failing', sort: '-plugin' });
    await page.page.getByRole('link', { name: stuck }).click();
    await page.page.getByRole('heading', { level: 1, name: stuck }).waitFor();
    await page.page.goBack();
    await page.page.getByRole('link', { name: stuck }).waitFor();
    assert.deepEqual(await names(), [stuck]);
    page.assertNoFault();
  });

  it('shows where a plugin fails, with the line of its source', async () => {
    await page.signIn(`/plugins/${stuck}`);
    const place = page.page.getByRole('link', { name: 'index.ts:2' }).first();
    await place.waitFor();
    assert.match((await place.getAttribute('href')) ?? '', /^\/editor\/search\/rank\/stuck\?file=index.ts&line=2&release=1$/);
    await page.page.getByText('cpu_exceeded').first().waitFor();
    page.assertNoFault();
  });

  it('rolls a release back, with its difference in sight, and only with a reason', async () => {
    await page.signIn(`/plugins/${price}/releases`);
    await page.page.getByRole('button', { name: 'Roll back' }).click();
    const dialog = page.page.getByRole('dialog');
    await dialog.getByText('price: 1').waitFor();
    const button = dialog.getByRole('button', { name: 'Make release 1 live' });
    assert.equal(await button.isDisabled(), true);
    await page.screenshot('rollback');
    assert.deepEqual(await page.violations(), []);
    await dialog.getByLabel(/Reason/).fill('prices were wrong');
    await button.click();
    await page.page.getByText(`${price} is rolled back`).waitFor();
    assert.deepEqual(JSON.parse(await host.text(price)), { price: 1 });
    const { deployments } = (await (await host.admin('GET', `/v1/plugins/${price}/deployments`)).json()) as {
      deployments: { cause: string; message: string }[];
    };
    assert.deepEqual([deployments[0]?.cause, deployments[0]?.message], ['rollback', 'prices were wrong']);
    page.assertNoFault();
  });

  it('does not roll back over somebody else’s change', async () => {
    await page.signIn(`/plugins/${price}/releases`);
    await page.page.getByRole('button', { name: 'Roll back' }).click();
    const dialog = page.page.getByRole('dialog');
    await dialog.getByLabel(/Reason/).fill('too late');
    // A change that the page has not been told of yet.
    await page.page.route('**/v1/plugins/**', (route) => (route.request().method() === 'GET' ? route.abort() : route.continue()));
    await host.admin('POST', `/v1/plugins/${price}/deployments`, {
      releases: [
        { number: 1, percentage: 50 },
        { number: 2, percentage: 50 },
      ],
    });
    await dialog.getByRole('button', { name: /^Make release/ }).click();
    await dialog.getByText('Someone else has changed it in the meantime').waitFor();
    await host.admin('POST', `/v1/plugins/${price}/deployments`, { releases: [{ number: 2, percentage: 100 }] });
  });

  it('gives a release a part of the calls, and another part, and rolls one out', async () => {
    const live = async () => {
      const answer = await host.admin('GET', `/v1/plugins/${price}`);
      const { deployment } = (await answer.json()) as { deployment: { releases: { number: number; percentage: number }[] } };
      return Object.fromEntries(deployment.releases.map(({ number, percentage }) => [number, percentage]));
    };
    await host.admin('POST', `/v1/plugins/${price}/deployments`, { releases: [{ number: 2, percentage: 100 }] });
    assert.deepEqual(await live(), { 2: 100 });
    await page.signIn(`/plugins/${price}/releases`);
    const dialog = page.page.getByRole('dialog');
    // The oldest release is the last.
    await page.page.getByRole('button', { name: 'Deploy' }).last().click();
    await dialog.getByRole('button', { name: 'Canary' }).click();
    await dialog.getByRole('slider').press('ArrowRight');
    const part = Number(/gets ([\d.]+)% of the calls/.exec((await dialog.textContent()) ?? '')?.[1]);
    assert.deepEqual(await page.violations(), []);
    await page.screenshot('deploy');
    await dialog.getByRole('button', { name: 'Deploy' }).click();
    await page.page.getByText(`Release 1 of ${price} is deployed`).waitFor();
    assert.deepEqual(await live(), { 1: part, 2: 100 - part });

    await page.page.getByText('Two releases part the calls').waitFor();
    await page.page.getByRole('slider').press('End');
    await page.page.getByRole('button', { name: 'Change…' }).click();
    await dialog.getByRole('button', { name: 'Give release 2 100%' }).click();
    await page.page.getByText('The calls are parted anew').waitFor();
    assert.deepEqual(await live(), { 2: 100 });

    await page.page.getByRole('button', { name: 'Deploy' }).last().click();
    await dialog.getByRole('button', { name: 'Rollout' }).click();
    await dialog.getByRole('button', { name: 'Start the rollout' }).click();
    await page.page.getByText(`The rollout of release 1 of ${price} has begun`).waitFor();
    await page.page.getByRole('heading', { name: 'Rollout of release 1' }).waitFor();
    assert.deepEqual(await live(), { 1: 1, 2: 99 });
    // It is steered by its own buttons: a change by hand would end it.
    await page.page.getByText('Two releases part the calls').waitFor({ state: 'detached' });
    assert.deepEqual(await page.violations(), []);
    await page.screenshot('rollout');
    for (const [button, after] of [
      ['Pause', 'Resume'],
      ['Resume', 'Pause'],
    ] as const) {
      await page.page.getByRole('button', { name: button }).click();
      await dialog.getByRole('button', { name: button }).click();
      await page.page.getByRole('button', { name: after }).waitFor();
    }
    await page.page.getByRole('button', { name: 'Abort' }).click();
    assert.equal(await dialog.getByRole('button', { name: 'Abort' }).isDisabled(), true);
    await dialog.getByLabel(/Reason/).fill('it was a trial');
    await dialog.getByRole('button', { name: 'Abort' }).click();
    await page.page.getByRole('button', { name: 'Pause' }).waitFor({ state: 'detached' });
    assert.deepEqual(await live(), { 2: 100 });
    page.assertNoFault();
  });

  it('shows the log as it is written, and what it is asked for of it', async () => {
    await page.signIn(`/plugins/${price}/logs?level=warn`);
    await page.page.getByRole('region', { name: 'Log', exact: true }).getByText('live', { exact: true }).waitFor();
    await host.text(price);
    await page.page.getByText('asked again').last().waitFor();
    assert.equal(await page.page.getByText('asked for a price').count(), 0);
    page.assertNoFault();
  });

  it('replays a failed call on its release', async () => {
    await page.signIn(`/plugins/${broken}/failures`);
    await page.page.getByRole('button', { name: /^GET/ }).first().click();
    const dialog = page.page.getByRole('dialog');
    await dialog.getByText('no offer').first().waitFor();
    await dialog.getByRole('button', { name: 'Replay' }).click();
    await dialog.getByText('It fails as it did, at the same place.').waitFor();
    assert.deepEqual(await page.violations(), []);
    await page.screenshot('failure');
    page.assertNoFault();
  });

  it('goes by the keyboard: to plugins by few letters, and to views by two', async () => {
    await page.signIn();
    await page.settled();
    await page.page.keyboard.press('Control+k');
    await page.page.getByRole('combobox', { name: /^Go to/ }).fill('deprice');
    await page.page.getByRole('option', { selected: true, name: new RegExp(price) }).waitFor();
    assert.deepEqual(await page.violations(), []);
    await page.screenshot('palette');
    await page.page.keyboard.press('Enter');
    await page.page.getByRole('heading', { level: 1, name: price }).waitFor();
    await page.page.keyboard.press('g');
    await page.page.keyboard.press('p');
    await page.page.getByRole('heading', { level: 1, name: 'Plugins' }).waitFor();
    await page.page.keyboard.press('?');
    await page.page.getByRole('dialog', { name: 'Keys' }).waitFor();
    assert.deepEqual(await page.violations(), []);
    await page.page.keyboard.press('Escape');
    await page.page.getByRole('dialog').waitFor({ state: 'detached' });
    page.assertNoFault();
  });

  it('shows the keys from the palette, whose own end does not close them', async () => {
    await page.signIn();
    await page.page.keyboard.press('Control+k');
    await page.page.getByRole('combobox', { name: /^Go to/ }).fill('show the keys');
    await page.page.getByRole('option', { selected: true, name: /^Show the keys/ }).waitFor();
    await page.page.keyboard.press('Enter');
    const keys = page.page.getByRole('dialog', { name: 'Keys' });
    await keys.waitFor();
    // A dialog's end is told with the frame after it.
    await page.frames(3);
    assert.equal(await keys.count(), 1);
    await page.page.keyboard.press('Escape');
    await keys.waitFor({ state: 'detached' });
    page.assertNoFault();
  });

  it('keeps the time in the address, from view to view', async () => {
    await page.signIn('/');
    await page.page.getByLabel('Time range').selectOption('5m');
    await page.page
      .getByRole('link', { name: /^Plugins/ })
      .first()
      .click();
    await page.page.getByRole('heading', { level: 1, name: 'Plugins' }).waitFor();
    assert.equal(new URL(page.page.url()).searchParams.get('range'), '5m');
    page.assertNoFault();
  });

  it('says so where there is no such view', async () => {
    await page.signIn('/plugins/not/an-id');
    await page.page.getByText('There is no such view').waitFor();
    await page.page.getByRole('link', { name: 'To the overview' }).click();
    await page.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    page.assertNoFault();
  });

  it('says that the host is away, and goes on when it is back', async () => {
    await page.signIn('/plugins');
    await page.settled();
    await page.page.context().setOffline(true);
    await page.page.getByText('The connection to the host is lost.').waitFor();
    await page.page.context().setOffline(false);
    await page.page.getByText('The connection to the host is lost.').waitFor({ state: 'detached' });
  });

  for (const [theme, viewport] of [
    ['light', wide],
    ['dark', phone],
  ] as const) {
    it(`has documents without a fault that axe finds, in ${theme} at ${viewport.width} × ${viewport.height}`, async () => {
      const here = await DashboardPage.open(browser, host.adminUrl, { theme, viewport });
      try {
        const found: string[] = [];
        for (const name of ['', '/first-plugin', '/operators', '/errors']) {
          await here.goto(`/docs${name}`);
          found.push(...(await here.violations()).map((one) => `${name}: ${one}`));
          const overflow = await here.overflow();
          if (overflow > 0) found.push(`${name}: the page is ${overflow} px wider than the window`);
          await here.screenshot(`docs${name.replace('/', '-')}`);
        }
        // As long as all others together: axe would look at all of it for a minute.
        await here.goto('/docs/api');
        await here.keepFirst('#text > *', 60);
        await here.keepFirst('nav.contents li', 40);
        found.push(...(await here.violations()).map((one) => `/api: ${one}`));
        await here.screenshot('docs-api');
        assert.deepEqual(found, []);
        here.assertNoFault();
      } finally {
        await here.close();
      }
    });
  }

  for (const theme of ['light', 'dark'] as const) {
    for (const viewport of [wide, phone]) {
      it(`has no fault that axe finds, in ${theme} at ${viewport.width} × ${viewport.height}`, async () => {
        const here = await DashboardPage.open(browser, host.adminUrl, { theme, viewport });
        try {
          await here.goto('/');
          await here.page.getByLabel('Token').waitFor();
          const found = await here.violations();
          await here.screenshot('sign-in');
          await here.signIn();
          for (const [name, path, ready] of views) {
            await here.go(path);
            await here.page.getByText(ready).first().waitFor();
            await here.settled();
            found.push(...(await here.violations()).map((one) => `${name}: ${one}`));
            await here.screenshot(name);
            const overflow = await here.overflow();
            if (overflow > 0) found.push(`${name}: the page is ${overflow} px wider than the window`);
          }
          assert.deepEqual(found, []);
          here.assertNoFault();
        } finally {
          await here.close();
        }
      });
    }
  }
});
