/** What all of the host's processes used in a while, as the operating system has it, divided over what caused it. */

/** CPU time is what was used in the while; memory is what is resident at its end. */
export interface Share {
  readonly cpuUs: number;
  readonly memoryBytes: number;
}

export interface PluginShare extends Share {
  /** Of `cpuUs`, what its calls took inside the guest. */
  readonly callsCpuUs: number;
  /** Of `cpuUs`, what its pushes took: builds, probes, tests and replays. */
  readonly pushesCpuUs: number;
}

/**
 * Whose work is no plugin's alone. `ingress`: the host's own process; `executors`: what executors take beside guests (messages,
 * dispatch, sandboxes, garbage); `builder`: the builder while nobody's push is built.
 */
export const hostParts = ['ingress', 'executors', 'builder'] as const;
export type HostPart = (typeof hostParts)[number];

/** `total` = all plugins' + all the host's parts + `residual`, in CPU and in memory. */
export interface Division {
  /** Milliseconds since the epoch. */
  readonly from: number;
  readonly to: number;
  /** How long it was, whatever the wall clock has done meanwhile: what memory over time goes by. */
  readonly lengthMs: number;
  readonly plugins: ReadonlyMap<string, PluginShare>;
  readonly host: Readonly<Record<HostPart, Share>>;
  /** What nothing explains; below 0 where more was counted than the operating system has seen. */
  readonly residual: Share;
  /** As the operating system reports it, over every process of the host's. */
  readonly total: Share;
}

/** Where divisions go, one after another, without gaps. Must not throw. */
export interface DivisionSink {
  divided(division: Division): void;
}
