/** A script that has wrk ask for many paths at random: in turn, each would be the one that no cache has any more. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @returns the script's file, which is gone with the folder */
export function pathsScript(folder: string, name: string, paths: readonly string[]): string {
  const file = join(folder, `${name}.lua`);
  // Requests are made up before the run: what wrk takes for each is the same, however many there are.
  writeFileSync(
    file,
    `local paths = { ${paths.map((path) => JSON.stringify(path)).join(', ')} }
local requests = {}
function init()
  for i = 1, #paths do requests[i] = wrk.format("GET", paths[i]) end
end
function request()
  return requests[math.random(#requests)]
end
`,
  );
  return file;
}
