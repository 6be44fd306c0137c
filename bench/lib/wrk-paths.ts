/** A script that has wrk ask for many paths at random: in turn, each would be the one that no cache has any more. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param perSecond requests, one as long after another, for wrk with one thread: each goes when it is due, as long as a connection is free. Without it
 * each connection asks again when it has its reply
 * @returns the script's file, which is gone with the folder
 */
export function pathsScript(folder: string, name: string, paths: readonly string[], perSecond?: number): string {
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
${perSecond === undefined ? '' : paced(1_000 / perSecond)}`,
  );
  return file;
}

/** Requests that could not go while all connections were busy go at once afterwards, those of the last second. @param everyMs between two */
function paced(everyMs: number): string {
  return `local ffi = require("ffi")
ffi.cdef [[
typedef struct { long s; long ns; } bench_time;
int clock_gettime(int clock, bench_time *time);
]]
local time = ffi.new("bench_time")
local due
function delay()
  ffi.C.clock_gettime(1, time)
  local now = tonumber(time.s) * 1000 + tonumber(time.ns) / 1000000
  due = math.max(due or now, now - 1000) + ${everyMs}
  return math.max(0, due - now)
end
`;
}
