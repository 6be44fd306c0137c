import assert from 'node:assert/strict';
import { type PeerParts, Peers, type Share } from '../../../../host/hints/scaler-service/peers.ts';
import { status } from '../../../../host/hints/scaler-service/scaled-object.ts';

const named = { host: 'true' };

describe('Peers', () => {
  const peersOf = (shares: Record<string, Share>, parts: Partial<PeerParts> = {}) =>
    new Peers({
      name: 'nbox.default.svc',
      lookup: async () => Object.keys(shares),
      ask: async (address) => shares[address] as Share,
      ...parts,
    });

  it('add up what each has, and not what each would have for itself', async () => {
    const share = await peersOf({ a: { wanted: 1, load: 0.4 }, b: { wanted: 1, load: 0.4 }, c: { wanted: 2, load: 1.3 } }).sum(named);
    assert.deepEqual([share.wanted, Number(share.load.toFixed(6))], [3, 2.1]);
  });

  it('want nothing where none of them does, and something where one does', async () => {
    assert.deepEqual(await peersOf({ a: { wanted: 0, load: 0 }, b: { wanted: 0, load: 0 } }).sum(named), { wanted: 0, load: 0 });
    assert.deepEqual(await peersOf({ a: { wanted: 0, load: 0 }, b: { wanted: 1, load: 0 } }).sum(named), { wanted: 1, load: 0 });
  });

  it('cannot say where one of them cannot, or where the name leads nowhere: a part is not the sum', async () => {
    const ask = async (address: string) => {
      if (address === 'b') throw new Error('the host takes no calls now');
      return { wanted: 1, load: 1 };
    };
    const shares = { a: { wanted: 1, load: 1 }, b: { wanted: 1, load: 1 } };
    await assert.rejects(peersOf(shares, { ask }).sum(named), {
      ...{ code: status.unavailable, message: 'b, of nbox.default.svc: the host takes no calls now' },
    });
    await assert.rejects(peersOf({}).sum(named), { code: status.unavailable, message: /leads to 0 hosts/ });
    const lookup = () => Promise.reject(new Error('ENOTFOUND'));
    await assert.rejects(peersOf({}, { lookup }).sum(named), { code: status.unavailable, message: /cannot be looked up: ENOTFOUND/ });
    const many = Array.from({ length: 257 }, (_, i) => `10.0.0.${i}`);
    await assert.rejects(peersOf({}, { lookup: async () => many }).sum(named), { message: /leads to 257 hosts; it may be 1 to 256/ });
  });

  it('are asked once at a time, whoever asks, and each address once', async () => {
    const answer = Promise.withResolvers<Share>();
    const asked: string[] = [];
    const peers = peersOf(
      {},
      {
        lookup: async () => ['a', 'b', 'a'],
        ask: (address, { host = '' }) => {
          asked.push(`${address} ${host}`);
          return answer.promise;
        },
      },
    );
    const all = [peers.sum(named), peers.sum(named), peers.sum({ host: 'other' })];
    answer.resolve({ wanted: 1, load: 1 });
    await Promise.all(all);
    assert.deepEqual(asked.sort(), ['a other', 'a true', 'b other', 'b true']);
    await peers.sum(named);
    assert.equal(asked.length, 6);
  });
});
