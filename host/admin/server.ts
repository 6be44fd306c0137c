/** The admin API as a koa application: what every request goes through, in order, and the route table. */

import { randomUUID } from 'node:crypto';
import Koa, { type Context, type Middleware, type Next } from 'koa';
import type { Access } from '../access/access.ts';
import type { Logger } from '../log.ts';
import { admit, pathOf } from './admit.ts';
import { auditRoutes } from './audit.ts';
import { type BreakerRouteParts, breakerRoutes } from './breakers.ts';
import { type BudgetRouteParts, budgetRoutes } from './budgets.ts';
import { type DeploymentRouteParts, deploymentRoutes } from './deployments.ts';
import { documentRoutes } from './documents.ts';
import { type EditorRouteParts, editorRoutes } from './editor.ts';
import { type EventRouteParts, eventRoutes } from './events.ts';
import { type ExportRouteParts, exportRoutes } from './export.ts';
import { type FailureRouteParts, failureRoutes } from './failures.ts';
import { healthRoutes, type Readiness } from './health.ts';
import { type HintRouteParts, hintRoutes } from './hints.ts';
import { type HistoryRouteParts, historyRoutes } from './history.ts';
import { type HygieneRouteParts, hygieneRoutes } from './hygiene.ts';
import { type Calls, invocationRoutes } from './invocations.ts';
import { loginRoutes } from './login.ts';
import { type LogRouteParts, logRoutes } from './logs.ts';
import { type MetricsRouteParts, metricsRoutes } from './metrics.ts';
import { type PluginRouteParts, pluginRoutes } from './plugins.ts';
import { type PreviewRouteParts, previewRoutes } from './previews.ts';
import { problems } from './problem.ts';
import { type ReleaseRouteParts, releaseRoutes } from './releases.ts';
import { type RolloutRouteParts, rolloutRoutes } from './rollouts.ts';
import type { Route } from './route.ts';
import { secured } from './security-headers.ts';
import { sessionRoutes } from './sessions.ts';
import { type SettingRouteParts, settingRoutes } from './settings.ts';
import { templateRoutes } from './templates.ts';
import { type TestRouteParts, testRoutes } from './tests.ts';
import { tokenRoutes } from './tokens.ts';
import { type UsageRouteParts, usageRoutes } from './usage.ts';
import { type UsageSeriesRouteParts, usageSeriesRoutes } from './usage-series.ts';

export interface AdminParts
  extends UsageRouteParts,
    TestRouteParts,
    FailureRouteParts,
    MetricsRouteParts,
    EventRouteParts,
    EditorRouteParts,
    Pick<PreviewRouteParts, 'frames'>,
    SettingRouteParts,
    Pick<ExportRouteParts, 'now' | 'exportTimes'> {
  readonly storedUsage: UsageRouteParts['storedUsage'] & UsageSeriesRouteParts['storedUsage'];
  readonly previews: PreviewRouteParts['previews'];
  readonly previewUsage: PreviewRouteParts['previewUsage'] & UsageRouteParts['previewUsage'];
  readonly publisher: PluginRouteParts['publisher'] & DeploymentRouteParts['publisher'];
  readonly store: PluginRouteParts['store'] &
    DeploymentRouteParts['store'] &
    ReleaseRouteParts['store'] &
    RolloutRouteParts['store'] &
    HistoryRouteParts['store'] &
    UsageRouteParts['store'] &
    ExportRouteParts['store'];
  readonly rollouts: RolloutRouteParts['rollouts'];
  readonly logs: LogRouteParts['logs'] & PreviewRouteParts['logs'];
  readonly tails: LogRouteParts['tails'];
  readonly budgets: BudgetRouteParts['budgets'];
  readonly hygiene: HygieneRouteParts['hygiene'];
  readonly evict: DeploymentRouteParts['evict'];
  readonly calls: Calls;
  readonly breakers: BreakerRouteParts;
  readonly hints: HintRouteParts['hints'];
  readonly access: Pick<Access, 'tokens' | 'sessions' | 'entrance' | 'rates' | 'audit' | 'oidc'>;
  readonly ready: () => Readiness;
  /** Answers what is the dashboard's, and passes all else on. */
  readonly dashboard: Middleware;
  readonly log: Logger;
}

/** Every route of the API. Documents and tests are held against it. */
export function adminRoutes(parts: AdminParts): readonly Route[] {
  return [
    ...pluginRoutes(parts),
    ...testRoutes(parts),
    ...editorRoutes(parts),
    ...templateRoutes(),
    ...releaseRoutes(parts),
    ...deploymentRoutes(parts),
    ...rolloutRoutes(parts),
    ...historyRoutes(parts),
    ...invocationRoutes(parts.calls),
    ...previewRoutes({ ...parts, breaker: parts.breakers.view }),
    ...failureRoutes(parts),
    ...breakerRoutes(parts.breakers),
    ...logRoutes(parts),
    ...budgetRoutes(parts),
    ...hygieneRoutes(parts),
    ...usageRoutes(parts),
    ...usageSeriesRoutes(parts),
    ...metricsRoutes(parts),
    ...eventRoutes(parts),
    ...hintRoutes({ ...parts.breakers, hints: parts.hints }),
    ...exportRoutes(parts),
    ...settingRoutes(parts),
    ...tokenRoutes(parts),
    ...sessionRoutes(parts),
    ...loginRoutes(parts),
    ...auditRoutes(parts),
    ...documentRoutes(),
    ...healthRoutes(parts.ready),
  ];
}

export function createAdminApp(parts: AdminParts): Koa {
  const app = new Koa();
  // Failures of the connection itself (the client left): all others were answered by `problems`.
  app.on('error', (error: unknown) => parts.log.debug({ err: error }, 'an admin connection failed'));
  app.use(account(parts.log));
  app.use(problems(parts.log));
  app.use(parts.dashboard);
  app.use(admit(adminRoutes(parts), parts));
  return app;
}

/** Numbers the request and logs how it ended. */
function account(log: Logger) {
  return async (ctx: Context, next: Next): Promise<void> => {
    const began = performance.now();
    const requestId = randomUUID();
    ctx.state['requestId'] = requestId;
    ctx.set('nbox-request-id', requestId);
    ctx.set('cache-control', 'no-store');
    secured(ctx);
    await next();
    const level = ctx.state['quiet'] === true ? 'debug' : 'info';
    // The path only: a query may hold what someone mistook for the place of a token.
    log[level](
      {
        requestId,
        method: ctx.method,
        path: pathOf(ctx).slice(0, 300),
        status: ctx.status,
        ms: Math.round(performance.now() - began),
        actor: ctx.state['actor'],
      },
      'admin request',
    );
  };
}
