/** A plugin's row as `nbox top` has it. */

import type { PluginRow } from '../../../../host/cli/top/sample.ts';

export function row(plugin: string, more: Partial<PluginRow> = {}): PluginRow {
  return {
    ...{ plugin, callsPerSecond: 10, errorsPerSecond: 0, cpu: 0.1, p50Us: 500, p99Us: 1_500, waitP99Us: 20, memoryBytes: 1_048_576 },
    ...more,
  };
}
