/** The dashboard in a browser, with what it costs whoever looks at it: times, turns that block the page, memory. */

import { existsSync } from 'node:fs';
import { type Browser, type CDPSession, chromium, type Page } from 'playwright-core';
import { MissingError } from './missing.ts';
import type { NboxHost } from './nbox-host.ts';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** As much of the page's own types as is used here. */
interface Watched {
  blocked: number[];
  PerformanceObserver: new (told: (list: { getEntries(): { duration: number }[] }) => void) => { observe(what: object): void };
}

/** Owned by the bench, which disposes of it. */
export class WatchedPage implements AsyncDisposable {
  readonly page: Page;
  readonly #browser: Browser;
  readonly #devtools: CDPSession;

  private constructor(browser: Browser, page: Page, devtools: CDPSession) {
    this.#browser = browser;
    this.page = page;
    this.#devtools = devtools;
  }

  /** @throws MissingError */
  static async open(): Promise<WatchedPage> {
    const executablePath = places.find((path) => existsSync(path));
    if (executablePath === undefined) throw new MissingError('there is no chromium: apt-get install chromium');
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
    const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
    page.setDefaultTimeout(60_000);
    // Turns of more than 50 ms are what browsers call long tasks: they tell of those, and of no shorter ones.
    await page.addInitScript(() => {
      const watched = globalThis as unknown as Watched;
      watched.blocked = [];
      new watched.PerformanceObserver((list) => watched.blocked.push(...list.getEntries().map(({ duration }) => duration))).observe({
        type: 'longtask',
        buffered: true,
      });
    });
    const devtools = await page.context().newCDPSession(page);
    return new WatchedPage(browser, page, devtools);
  }

  /** @returns how long it took from the address to the sign-in, and from there to numbers and charts, in ms */
  async firstView(host: NboxHost): Promise<{ readonly pageMs: number; readonly viewMs: number }> {
    const { page } = this;
    const began = performance.now();
    await page.goto(host.adminUrl);
    await page.getByLabel('Token').waitFor();
    const pageMs = performance.now() - began;
    await page.getByLabel('Token').fill((host.adminHeaders['authorization'] as string).replace('Bearer ', ''));
    const asked = performance.now();
    await page.keyboard.press('Enter');
    await page.locator('.chart-box canvas').nth(3).waitFor();
    return { pageMs, viewMs: performance.now() - asked };
  }

  /** Turns that blocked the page for more than 50 ms since the last time it was asked, in ms. */
  async blocked(): Promise<number[]> {
    return this.page.evaluate(() => (globalThis as unknown as Watched).blocked.splice(0));
  }

  /** Of scripts, in bytes, after all that is garbage has been collected. */
  async heapBytes(): Promise<number> {
    await this.#devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await this.#devtools.send('Runtime.getHeapUsage');
    return usedSize;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
  }
}
