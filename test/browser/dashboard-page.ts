/** The dashboard as a person sees it: a page of a real host in a real browser, signed in, with everything that goes wrong written down. */

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { token } from '../support/running-host.ts';

export const wide = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844 };

/** Kept as artefacts; no part of the repository. */
const screenshots = join(import.meta.dirname, '../../artifacts/dashboard');

export interface PageOptions {
  readonly theme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
}

/** As much of the page's own types as is used here. */
interface Link {
  href: string;
  click(): void;
  remove(): void;
}

interface Body {
  readonly ownerDocument: { createElement(name: 'a'): Link; readonly defaultView: { requestAnimationFrame(then: () => void): void } };
  append(link: Link): void;
}

interface Html {
  readonly scrollWidth: number;
  readonly scrollHeight: number;
  readonly clientWidth: number;
}

export class DashboardPage {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #origin: string;
  readonly #label: string;
  /** What the console has said that is an error, and what was thrown. */
  readonly faults: string[] = [];

  private constructor(context: BrowserContext, page: Page, origin: string, label: string) {
    this.#context = context;
    this.page = page;
    this.#origin = origin;
    this.#label = label;
    page.on('console', (message) => {
      // That a token is wrong, or a session over, is told by a 401, which browsers write down.
      const isSignedOut = message.location().url.endsWith('/v1/session') && message.text().includes('401');
      if (message.type() === 'error' && !isSignedOut) this.faults.push(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.faults.push(String(error.stack)));
    page.setDefaultTimeout(20_000);
  }

  /** Owned by the test, which closes it. */
  static async open(browser: Browser, origin: string, { theme = 'light', viewport = wide }: PageOptions = {}): Promise<DashboardPage> {
    const context = await browser.newContext({ viewport, colorScheme: theme, permissions: ['clipboard-read', 'clipboard-write'] });
    return new DashboardPage(context, await context.newPage(), origin, `${theme}-${viewport.width}`);
  }

  async close(): Promise<void> {
    await this.#context.close();
  }

  /** At a view, whatever the page was at before. */
  async goto(path: string): Promise<void> {
    await this.page.goto(`${this.#origin}${path}`);
  }

  /** To a view within the page, as a link does it. */
  async go(path: string): Promise<void> {
    await this.page.locator('body').evaluate((body: Body, address) => {
      const link = body.ownerDocument.createElement('a');
      link.href = address;
      body.append(link);
      link.click();
      link.remove();
    }, path);
  }

  /** @param by the operator's where there is none */
  async signIn(path = '/', by = token): Promise<void> {
    await this.goto(path);
    await this.page.getByLabel('Token').fill(by);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.page.getByRole('navigation', { name: 'Views' }).first().waitFor();
  }

  /** When nothing is being loaded any more that the view cannot be without. */
  async settled(): Promise<void> {
    await this.page.locator('.skeleton').first().waitFor({ state: 'detached' });
    await this.page.locator('.chart-box:not(:has(canvas))').first().waitFor({ state: 'detached' });
  }

  /** When the page has been drawn so many times more. */
  async frames(count: number): Promise<void> {
    await this.page.locator('body').evaluate(async ({ ownerDocument: { defaultView } }: Body, left) => {
      for (let i = 0; i < left; i += 1) await new Promise<void>((resolve) => defaultView.requestAnimationFrame(resolve));
    }, count);
  }

  /** What axe finds wrong, in a line each. */
  async violations(): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page: this.page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
      .analyze();
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, html }) => `${id}: ${help}: ${target.join(' ')}: ${html.slice(0, 160)}`),
    );
  }

  /** Takes from the page what the selector finds beyond so many. */
  async keepFirst(selector: string, count: number): Promise<void> {
    await this.page.locator(selector).evaluateAll((all: Link[], most) => {
      for (const one of all.slice(most)) one.remove();
    }, count);
  }

  /** By how many px the page is wider than its window. */
  async overflow(): Promise<number> {
    return this.page.locator('html').evaluate((html: Html) => html.scrollWidth - html.clientWidth);
  }

  async screenshot(name: string): Promise<void> {
    mkdirSync(screenshots, { recursive: true });
    const viewport = this.page.viewportSize() ?? wide;
    const height = await this.page.locator('html').evaluate((html: Html) => html.scrollHeight);
    // In one window, since what is not seen is not drawn.
    await this.page.setViewportSize({ width: viewport.width, height: Math.max(viewport.height, height) });
    await this.page
      .locator('.uplot canvas')
      .first()
      .waitFor({ timeout: 500 })
      .catch(() => undefined);
    await this.page.screenshot({ path: join(screenshots, `${name}-${this.#label}.png`) });
    await this.page.setViewportSize(viewport);
  }

  assertNoFault(): void {
    assert.deepEqual(this.faults, []);
  }
}
