/** node:perf_hooks: the clock of the platform. */

export const performance = globalThis.performance;
export default { performance };
