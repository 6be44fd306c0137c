/** What is counted of calls and of the machine, in the order in which it stands in stored rows. */

/**
 * The place of each is part of the stored format: more may be added at the end, none moved. `osCpuUs` and what follows come from
 * the division of what the operating system has counted, all others from usage records.
 */
export const counters = [
  'calls',
  'coldStarts',
  'waitUs',
  'initUs',
  'cpuUs',
  'wallUs',
  'steps',
  'hostCalls',
  'bytesIn',
  'bytesOut',
  'memoryPeakBytes',
  'osCpuUs',
  'pushesCpuUs',
  // Memory over time: divided by the seconds it is the mean, multiplied by a price it is a cost.
  'memoryKibSeconds',
] as const;
export type Counter = (typeof counters)[number];

export const callsAt = counters.indexOf('calls');
export const cpuAt = counters.indexOf('cpuUs');
/** The only one that is no sum: of two, the higher one. */
export const peakAt = counters.indexOf('memoryPeakBytes');
/** From here on values may be below 0: the residual's. */
export const signedFrom = counters.indexOf('osCpuUs');

/** Each a histogram; `run` is what is left of a call's time without its wait. */
export const durations = ['waitUs', 'runUs', 'cpuUs'] as const;

/** Beyond what is kept apart of a plugin. */
export const otherRelease = -1;
export const otherInterface = 'other';
/** Of what is no call's: the machine's CPU time and memory. */
export const noRelease = -2;

/** What is no plugin's, by names that no plugin can have. `total` is the sum of all plugins. */
export const parts = {
  total: '~total',
  ingress: '~ingress',
  executors: '~executors',
  builder: '~builder',
  residual: '~residual',
  previews: '~previews',
} as const;

export function isPart(name: string): boolean {
  return name.startsWith('~');
}
