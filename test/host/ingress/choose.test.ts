import assert from 'node:assert/strict';
import { isNboxError } from '../../../guards/errors.ts';
import { chooseRelease } from '../../../host/ingress/choose.ts';
import { Deployed } from '../../../host/release/deployed.ts';
import type { LiveRelease } from '../../../host/release/release.ts';
import type { ReleaseKeyRule } from '../../../loader/manifest.ts';

const live = (number: number, releaseKey?: ReleaseKeyRule) =>
  ({ release: { plugin: 'a/b/c', number, manifest: { releaseKey } } }) as LiveRelease;
const pair = (rule?: ReleaseKeyRule, newerRule?: ReleaseKeyRule) =>
  new Deployed(1, [
    { live: live(1, rule), percentage: 50 },
    { live: live(2, newerRule), percentage: 50 },
  ]);
const choose = (deployed: Deployed, headers: Record<string, string> = {}, path = '/') =>
  chooseRelease(deployed, { headers }, path).release.number;
/** By what the key alone says. */
const expected = (deployed: Deployed, key: string) => deployed.at(deployed.pointOf(key)).release.number;
const users = Array.from({ length: 50 }, (_, i) => `user-${i}`);

describe('chooseRelease(deployed, req, path)', () => {
  it('nbox-release-override forces what is deployed, and nothing else', () => {
    const deployed = pair();
    for (const number of [1, 2]) assert.equal(choose(deployed, { 'nbox-release-override': String(number) }), number);
    for (const asked of ['3', '', '1.0', '01', 'x', '1, 2', '9'.repeat(1_000)]) {
      assert.throws(
        () => choose(deployed, { 'nbox-release-override': asked }),
        (error) => isNboxError(error, 'release_not_deployed') && /1 and 2/.test(error.message) && error.message.length < 200,
      );
    }
  });

  it('goes by the header, by the cookie, and by the manifest’s rule, in that order', () => {
    const deployed = pair({ query: 'user' });
    for (const user of users) {
      const number = expected(deployed, user);
      const other = users.find((one) => expected(deployed, one) !== number) as string;
      assert.equal(choose(deployed, { 'nbox-release-key': user, cookie: `nbox-release-key=${other}` }, `/?user=${other}`), number);
      assert.equal(choose(deployed, { cookie: `a=1; nbox-release-key=${user}; b` }, `/?user=${other}`), number);
      assert.equal(choose(deployed, {}, `/x?a=b&user=${user}`), number);
    }
  });

  it('the rule may name a header or a cookie, and is that of the release that was there first', () => {
    const byHeader = pair({ header: 'x-user' }, { query: 'user' });
    const byCookie = pair({ cookie: 'uid' });
    for (const user of users) {
      assert.equal(choose(byHeader, { 'x-user': user }, '/?user=other'), expected(byHeader, user));
      assert.equal(choose(byCookie, { cookie: `xuid=other; uid=${user}` }), expected(byCookie, user));
    }
  });

  it('without a key it is by chance, an empty one included', () => {
    const deployed = pair({ header: 'x-user' });
    for (const headers of [{}, { 'nbox-release-key': '', 'x-user': '' }] as Record<string, string>[]) {
      const seen = new Set(Array.from({ length: 200 }, () => choose(deployed, headers)));
      assert.deepEqual([...seen].sort(), [1, 2]);
    }
  });

  it('a long key counts by its beginning', () => {
    const deployed = pair();
    const long = 'k'.repeat(256);
    assert.equal(choose(deployed, { 'nbox-release-key': `${long}${'x'.repeat(10_000)}` }), expected(deployed, long));
  });
});
