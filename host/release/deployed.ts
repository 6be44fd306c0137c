/** A plugin's routing table as the running host holds it: one release, or two of which each has a part of the calls. */

import { hash } from 'node:crypto';
import type { LiveRelease } from './release.ts';

export interface LiveShare {
  readonly live: LiveRelease;
  /** 0 to 100. */
  readonly percentage: number;
}

export class Deployed {
  /** The deployment's. */
  readonly number: number;
  /** The one that has the greater part of the calls. */
  readonly main: LiveRelease;
  /** By their numbers, the newer one first. */
  readonly shares: readonly LiveShare[];

  /** @param shares one or two */
  constructor(number: number, shares: readonly LiveShare[]) {
    this.number = number;
    this.shares = [...shares].sort((a, b) => b.live.release.number - a.live.release.number);
    this.main = shares.reduce((most, one) => (one.percentage > most.percentage ? one : most)).live;
  }

  /** The one that was there first, if there are two. */
  get older(): LiveRelease {
    return (this.shares.at(-1) as LiveShare).live;
  }

  get isShared(): boolean {
    return this.shares.length > 1;
  }

  find(release: number): LiveRelease | undefined {
    return this.shares.find(({ live }) => live.release.number === release)?.live;
  }

  /**
   * The newer release has the points below its percentage: while that rises, whoever has the newer one keeps it.
   * @param point from 0 to 100, that excluded
   */
  at(point: number): LiveRelease {
    const [newer, older] = this.shares as readonly [LiveShare, LiveShare | undefined];
    return older === undefined || point < newer.percentage ? newer.live : older.live;
  }

  /**
   * Always the same for the same key, as long as the newer release is the same: with the next one, others are the first to get it.
   * @returns from 0 to 100, that excluded
   */
  pointOf(key: string): number {
    const { plugin, number } = (this.shares[0] as LiveShare).live.release;
    return (hash('sha256', `${plugin}\n${number}\n${key}`, 'buffer').readUIntBE(0, 6) / 2 ** 48) * 100;
  }
}
