/** What options of the hints and of the external scaler say of one another: rules over several of them. */

import type { Config } from './config.ts';

/** What is kept of each plugin that is called grows with it. */
const mostTicks = 120;
const loopback = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/;

export const isLoopback = (host: string): boolean => loopback.test(host);

/** A sentence for each rule that is broken. Options that are not valid by themselves are left out here. */
export function hintProblems(options: Partial<Config>): string[] {
  return [...windowProblems(options), ...scalerProblems(options)];
}

function windowProblems({ hintsWindow: window, hintsPanic: panic, hintsTick: tick }: Partial<Config>): string[] {
  if (window === undefined || panic === undefined || tick === undefined) return [];
  const problems: string[] = [];
  if (window % tick !== 0 || panic % tick !== 0) {
    problems.push(`--hints-window and --hints-panic: ${window} s and ${panic} s must be multiples of --hints-tick, which is ${tick} s`);
  }
  if (panic > window) problems.push(`--hints-panic: ${panic} s must not be longer than --hints-window, which is ${window} s`);
  if (window / tick > mostTicks)
    problems.push(`--hints-window: ${window} s may be at most ${mostTicks} times --hints-tick, which is ${tick} s`);
  return problems;
}

function scalerProblems(options: Partial<Config>): string[] {
  const { scalerPort, scalerHost, scalerToken, scalerPeers, scalerCert, scalerKey, scalerCa, port, adminPort } = options;
  const problems: string[] = [];
  if ((scalerCert === undefined) !== (scalerKey === undefined))
    problems.push('--scaler-cert and --scaler-key: one is of no use without the other');
  if (scalerCa !== undefined && scalerCert === undefined)
    problems.push('--scaler-ca: clients show certificates over TLS only, which takes --scaler-cert');
  if (scalerPeers !== undefined && (scalerPort === undefined || scalerPort === 0)) {
    problems.push('--scaler-peers: all of them are asked on one port, which takes --scaler-port, and not 0');
  }
  if (scalerPort === undefined) return problems;
  if (scalerPort !== 0 && (scalerPort === port || scalerPort === adminPort)) {
    problems.push(`--scaler-port: ${scalerPort} is the port of the traffic or of the admin API; the external scaler needs one of its own`);
  }
  if (scalerHost !== undefined && !isLoopback(scalerHost) && scalerToken === undefined && scalerCa === undefined) {
    problems.push(
      `--scaler-host: on ${scalerHost} anybody could read the hints; set NBOX_SCALER_TOKEN, or --scaler-ca to ask for clients' certificates`,
    );
  }
  return problems;
}
