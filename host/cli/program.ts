/** The tree of commands. */

import { Command } from 'commander';
import { addAudit } from './audit.ts';
import { addBudgets } from './budgets.ts';
import { addCall } from './call.ts';
import { addDeployments } from './deployments.ts';
import { addExport } from './export.ts';
import { addFailures } from './failures.ts';
import { addHints } from './hints.ts';
import { addHygiene } from './hygiene.ts';
import { addImport } from './import.ts';
import { addInvoke } from './invoke.ts';
import { addLogin } from './login.ts';
import { addLogs } from './logs.ts';
import { addLs } from './ls.ts';
import { addPreview } from './preview.ts';
import { addPush } from './push.ts';
import { addReleases } from './releases.ts';
import { addRm } from './rm.ts';
import { addRollout } from './rollout.ts';
import { addStart } from './start.ts';
import { addTest } from './test.ts';
import { addToken } from './token.ts';
import { addUsage } from './usage.ts';

const where = `
Where the host is, and which token opens it, the first that is given:
  1. flags        --url, --token-file, --traffic-url
  2. environment  NBOX_URL, NBOX_TOKEN (or NBOX_ADMIN_TOKEN), NBOX_TRAFFIC_URL
  3. config file  ~/.config/nbox/config.json, which nbox login writes: { "url", "token", "trafficUrl" },
                  or one of its "profiles": --profile (in place of the environment), NBOX_PROFILE
Without any: http://127.0.0.1:8081 for the admin API, http://127.0.0.1:8080 for traffic.

Exit codes: 0 done, 1 failed or refused, 2 wrong usage.`;

/** Throws CommanderError in place of ending the process. */
export function createProgram(): Command {
  const program = new Command('nbox')
    .description('Runs a plugin host, and publishes, calls and lists plugins on one')
    .enablePositionalOptions()
    .showHelpAfterError('(nbox --help lists what there is)')
    .addHelpText('after', where)
    .exitOverride();
  const ofReleases = [addReleases, addDeployments, addRollout, addFailures];
  const access = [addToken, addAudit, addLogin];
  const making = [addPush, addTest, addPreview];
  for (const add of [
    addStart,
    ...making,
    addLs,
    addCall,
    addInvoke,
    ...ofReleases,
    addLogs,
    addRm,
    addUsage,
    addHints,
    addBudgets,
    addHygiene,
    addExport,
    addImport,
    ...access,
  ])
    add(program);
  return program;
}
