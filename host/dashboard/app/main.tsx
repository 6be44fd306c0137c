/** The page's start. */

import { render } from 'preact';
import { restore } from './access/session.ts';
import { startPage } from './data/page.ts';
import { loadCharts } from './parts/chart.tsx';
import { followHistory } from './routes/location.ts';
import { App } from './shell/app.tsx';
import { listenToKeys } from './shell/page-keys.ts';

const root = document.getElementById('app');
if (root !== null) {
  followHistory();
  listenToKeys();
  startPage();
  render(<App />, root);
  void restore();
  // Most views have some.
  void loadCharts().catch(() => undefined);
}
