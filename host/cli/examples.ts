/** Examples for the help of those commands that say nothing else behind their options. */

import type { Command } from 'commander';

const plugin = 'demo/hello/world';

/** By the command as it is typed, without `nbox`. */
const examples: Readonly<Record<string, readonly string[]>> = {
  previews: [`nbox previews ${plugin}`],
  'preview rm': [`nbox preview rm ${plugin} 0123456789abcdef0123`],
  'preview publish': [`nbox preview publish ${plugin} 0123456789abcdef0123 --percentage 5`],
  ls: ['nbox ls', "nbox ls --json | jq -r '.[].plugin'"],
  releases: [`nbox releases ${plugin}`],
  diff: [`nbox diff ${plugin} 7`, `nbox diff ${plugin} 7 5`],
  deployments: [`nbox deployments ${plugin}`],
  'rollout status': [`nbox rollout status ${plugin}`],
  'rollout pause': [`nbox rollout pause ${plugin} -m "until the campaign is over"`],
  'rollout resume': [`nbox rollout resume ${plugin}`],
  'rollout promote': [`nbox rollout promote ${plugin}`],
  'rollout abort': [`nbox rollout abort ${plugin} -m "not today"`],
  failures: [`nbox failures ${plugin}`],
  capsule: [`nbox capsule ${plugin} 3f2a -o failed.json`, `nbox capsule ${plugin} 3f2a --keep -m "ticket 12"`],
  rm: [`nbox rm ${plugin}`, `nbox rm ${plugin} --yes`],
  usage: [`nbox usage ${plugin}`, 'nbox usage --from -24h --group plugin', 'nbox usage --from -30d --group domain --prices prices.json'],
  hints: ['nbox hints', `nbox hints ${plugin}`],
  'budgets ls': ['nbox budgets ls'],
  'budgets rm': ['nbox budgets rm shop/detail'],
  hygiene: ['nbox hygiene', 'nbox hygiene --days 30'],
  export: ['nbox export -o backup.nbox', `nbox export -o one.nbox --plugin ${plugin}`],
  'token ls': ['nbox token ls'],
  'token revoke': ['nbox token revoke ci'],
  audit: ['nbox audit --from -24h --plugin shop', 'nbox audit --format ndjson > audit.ndjson'],
  'audit verify': ['nbox audit verify'],
  logout: ['nbox logout --profile prod'],
  import: ['nbox import backup.nbox --data /var/lib/nbox'],
};

/** Once the tree is whole. */
export function addExamples(program: Command): void {
  const visit = (command: Command, path: string): void => {
    const own = Object.hasOwn(examples, path) ? examples[path] : undefined;
    if (own !== undefined)
      command.addHelpText('after', `\n${own.length === 1 ? 'Example' : 'Examples'}:\n${own.map((one) => `  ${one}`).join('\n')}`);
    for (const sub of command.commands) visit(sub, `${path} ${sub.name()}`.trim());
  };
  visit(program, '');
}
