/** The tree of commands. */

import { Command } from 'commander';
import { addAudit } from './audit.ts';
import { addBudgets } from './budgets.ts';
import { addCall } from './call.ts';
import { addCheck } from './check.ts';
import { exitCodes, exitCodeWords } from './cli-error.ts';
import { addCompletion } from './completion.ts';
import { addDeployments } from './deployments.ts';
import { addDev } from './dev.ts';
import { addDoctor } from './doctor.ts';
import { addExamples } from './examples.ts';
import { addExport } from './export.ts';
import { addFailures } from './failures.ts';
import { addHints } from './hints.ts';
import { addHygiene } from './hygiene.ts';
import { addImport } from './import.ts';
import { addInit } from './init.ts';
import { addInvoke } from './invoke.ts';
import { addLogin } from './login.ts';
import { addLogs } from './logs.ts';
import { addLs } from './ls.ts';
import { addPreview } from './preview.ts';
import { addPublish } from './publish.ts';
import { addPush } from './push.ts';
import { addReleases } from './releases.ts';
import { addRm } from './rm.ts';
import { addRollout } from './rollout.ts';
import { addShow } from './show.ts';
import { addStart } from './start.ts';
import { addTest } from './test.ts';
import { addToken } from './token.ts';
import { addTop } from './top.ts';
import { addUsage } from './usage.ts';

const where = `
Where the host is, and which token opens it, the first that is given:
  1. flags        --url, --token-file, --traffic-url
  2. environment  NBOX_URL, NBOX_TOKEN (or NBOX_ADMIN_TOKEN), NBOX_TRAFFIC_URL
  3. config file  ~/.config/nbox/config.json, which nbox login writes: { "url", "token", "trafficUrl" },
                  or one of its "profiles": --profile (in place of the environment), NBOX_PROFILE
Without any: http://127.0.0.1:8081 for the admin API, http://127.0.0.1:8080 for traffic.

Exit codes:
${(Object.keys(exitCodes) as (keyof typeof exitCodes)[]).map((name) => `  ${exitCodes[name]}  ${exitCodeWords[name]}`).join('\n')}`;

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
  const making = [addInit, addDev, addCheck, addTest, addPush, addPublish, addPreview];
  for (const add of [
    addStart,
    ...making,
    addLs,
    addShow,
    addTop,
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
    addDoctor,
    addCompletion,
  ])
    add(program);
  addExamples(program);
  return program;
}
