/** The dashboard in a browser, with what it costs whoever looks at it: times, turns that block the page, memory. */

import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
import { MissingError } from './missing.ts';
import type { NboxHost } from './nbox-host.ts';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** As much of the page's own types as is used here. */
interface Watched {
  blocked: number[];
  PerformanceObserver: new (told: (list: { getEntries(): { duration: number }[] }) => void) => { observe(what: object): void };
}

type Session = Awaited<ReturnType<BrowserContext['storageState']>>;

/** What a browser does when it, or a window of it, has just been started is none of the page's: its address bar is a page of its own, with some fifty files. */
const startedMs = 3_000;
const charts = 4;

/** Owned by the bench, which disposes of it. */
export class WatchedPage implements AsyncDisposable {
  /** From the sign-in to numbers and charts, in ms. */
  readonly signInMs: number;
  /** From the address to numbers and charts, with a session and nothing in the browser's cache, in ms: of each time that it was tried. */
  readonly firstViewsMs: readonly number[];
  readonly page: Page;
  readonly #browser: Browser;
  readonly #devtools: CDPSession;

  private constructor(browser: Browser, signInMs: number, views: readonly FirstView[], devtools: CDPSession) {
    this.#browser = browser;
    this.signInMs = signInMs;
    this.firstViewsMs = views.map(({ ms }) => ms);
    this.page = (views.at(-1) as FirstView).page;
    this.#devtools = devtools;
  }

  /**
   * @param times that it is opened, each in a browser's profile of its own; the last one stays open
   * @throws MissingError
   */
  static async open(host: NboxHost, times = 1): Promise<WatchedPage> {
    const executablePath = places.find((path) => existsSync(path));
    if (executablePath === undefined) throw new MissingError('there is no chromium: apt-get install chromium');
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
    const { session, ms } = await signIn(browser, host);
    const views: FirstView[] = [];
    for (let i = 0; i < times; i += 1) {
      await views.at(-1)?.page.context().close();
      views.push(await firstView(browser, host, session));
    }
    const { page } = views.at(-1) as FirstView;
    return new WatchedPage(browser, ms, views, await page.context().newCDPSession(page));
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

interface FirstView {
  readonly page: Page;
  readonly ms: number;
}

async function opened(browser: Browser, session?: Session): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1_280, height: 800 },
    ...(session === undefined ? {} : { storageState: session }),
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  await setTimeout(startedMs);
  return page;
}

/** A chart has its layer of marks once it has been drawn. */
const drawn = (page: Page) =>
  page
    .locator('.chart-marks')
    .nth(charts - 1)
    .waitFor();

async function signIn(browser: Browser, host: NboxHost): Promise<{ readonly session: Session; readonly ms: number }> {
  const page = await opened(browser);
  await page.goto(host.adminUrl);
  await page.getByLabel('Token').fill((host.adminHeaders['authorization'] as string).replace('Bearer ', ''));
  const asked = performance.now();
  await page.keyboard.press('Enter');
  await drawn(page);
  const ms = performance.now() - asked;
  const session = await page.context().storageState();
  await page.context().close();
  return { session, ms };
}

async function firstView(browser: Browser, host: NboxHost, session: Session): Promise<FirstView> {
  const page = await opened(browser, session);
  // Turns of more than 50 ms are what browsers call long tasks: they tell of those, and of no shorter ones.
  await page.addInitScript(() => {
    const watched = globalThis as unknown as Watched;
    watched.blocked = [];
    new watched.PerformanceObserver((list) => watched.blocked.push(...list.getEntries().map(({ duration }) => duration))).observe({
      type: 'longtask',
      buffered: true,
    });
  });
  const began = performance.now();
  await page.goto(host.adminUrl);
  await drawn(page);
  return { page, ms: performance.now() - began };
}
