/** What the page reads of answers, held against the host's own types: what the host says must be what the page takes it for. */

import assert from 'node:assert/strict';
import type { BreakerView } from '../../../guards/breaker.ts';
import type { PluginBreakerView } from '../../../host/admin/breakers.ts';
import type { BudgetEventView, BudgetView } from '../../../host/admin/budgets.ts';
import type { DeploymentView } from '../../../host/admin/deployments.ts';
import type { FailureView, ReplayView } from '../../../host/admin/failures.ts';
import type { HistoryView } from '../../../host/admin/history.ts';
import type { HygieneView } from '../../../host/admin/hygiene.ts';
import type { PluginDetailView, PluginView } from '../../../host/admin/plugins.ts';
import type { FileDiff, ReleaseDetailView, ReleaseView } from '../../../host/admin/releases.ts';
import type { RolloutStatusView } from '../../../host/admin/rollouts.ts';
import type { SettingsView } from '../../../host/admin/settings.ts';
import type * as wire from '../../../host/dashboard/app/api/wire.ts';
import type * as wireHost from '../../../host/dashboard/app/api/wire-host.ts';
import { seriesValues as shownValues } from '../../../host/dashboard/app/api/wire-usage.ts';
import type { EntryView } from '../../../host/logs/line.ts';
import type { Overview } from '../../../host/telemetry/overview.ts';
import { seriesValues } from '../../../host/usage/series-query.ts';

/** Compiles only where what the host answers is what the page reads. */
type Reads<Host extends Page, Page> = [Host, Page] extends [never, never] ? never : true;

type Held = [
  Reads<PluginView, wire.Plugin>,
  Reads<PluginDetailView, wire.PluginDetail>,
  Reads<ReleaseView, wire.Release>,
  Reads<ReleaseDetailView, wire.ReleaseDetail>,
  Reads<FileDiff, wire.FileDiff>,
  Reads<DeploymentView, wire.Deployment>,
  Reads<HistoryView, wire.Changes>,
  Reads<PluginBreakerView, wireHost.Breaker>,
  Reads<BreakerView['state'], wireHost.BreakerState>,
  Reads<FailureView, wire.Failure>,
  Reads<ReplayView, wire.Replay>,
  Reads<RolloutStatusView, wire.RolloutStatus>,
  Reads<BudgetView, wireHost.Budget>,
  Reads<BudgetEventView, wireHost.BudgetEvent>,
  Reads<HygieneView, wireHost.Hygiene>,
  Reads<SettingsView, wireHost.Settings>,
  Reads<EntryView, wire.LogEntry>,
  Reads<Overview, wireHost.Overview>,
];

describe('what the page reads', () => {
  it('is what the host answers', () => {
    // The compiler has looked at the types; of values there is only this list.
    const held: Held = [true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true];
    assert.ok(held.every(Boolean));
    assert.deepEqual(shownValues, seriesValues);
  });
});
