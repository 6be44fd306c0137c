/** The browser that tests drive: Debian's own, or none at all, which is a failure only where it was promised. */

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const executablePath = process.env['NBOX_TEST_CHROMIUM'] ?? places.find((path) => existsSync(path));

/** Set where a browser was installed: then none that is missing is an excuse. */
const isPromised = process.env['NBOX_TEST_BROWSER'] === '1';

export const hasBrowser = executablePath !== undefined || isPromised;

/** Stands behind the title of a test that cannot be run. */
export const skipped = hasBrowser ? '' : ' (skipped: it takes chromium: apt-get install chromium)';

/** Owned by the test file, which closes it. */
export function openBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error('NBOX_TEST_BROWSER is set, and there is no chromium: apt-get install chromium');
  // Chromium's own sandbox does not run as root; what it shows here is this host's page and nothing else.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'] });
}
