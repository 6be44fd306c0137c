/** Every operation of the API, what belongs together side by side. */

import type { Operation } from './operation.ts';
import * as access from './operations/access.ts';
import * as breakers from './operations/breakers.ts';
import * as budgets from './operations/budgets.ts';
import * as deployments from './operations/deployments.ts';
import * as documents from './operations/documents.ts';
import * as editor from './operations/editor.ts';
import * as events from './operations/events.ts';
import * as exports from './operations/export.ts';
import * as failures from './operations/failures.ts';
import * as health from './operations/health.ts';
import * as hints from './operations/hints.ts';
import * as history from './operations/history.ts';
import * as hygiene from './operations/hygiene.ts';
import * as logs from './operations/logs.ts';
import * as plugins from './operations/plugins.ts';
import * as previewRequests from './operations/preview-requests.ts';
import * as previews from './operations/previews.ts';
import * as releases from './operations/releases.ts';
import * as rollouts from './operations/rollouts.ts';
import * as settings from './operations/settings.ts';
import * as usage from './operations/usage.ts';
import * as usageSeries from './operations/usage-series.ts';

const parts = [
  ...[plugins, releases, deployments, rollouts, history, previews, previewRequests, editor, failures, logs, usage, usageSeries],
  ...[breakers, budgets, hygiene, hints, events, exports, access, settings, documents, health],
];

export const operations: readonly Operation[] = Object.freeze(
  parts.flatMap((part) => Object.values<Operation | readonly Operation[]>(part)).flat(),
);
