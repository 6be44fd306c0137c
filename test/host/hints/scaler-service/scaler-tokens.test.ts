import assert from 'node:assert/strict';
import { status } from '../../../../host/hints/scaler-service/scaled-object.ts';
import { ScalerTokens } from '../../../../host/hints/scaler-service/scaler-tokens.ts';

describe('ScalerTokens', () => {
  let now: number;
  let compared: number;
  let tokens: ScalerTokens;
  beforeEach(() => {
    now = 0;
    compared = 0;
    const isToken = (given: string) => {
      compared += 1;
      return given === 'right';
    };
    tokens = new ScalerTokens(isToken, () => now);
  });

  const wrong = (address: string, times = 1) => {
    for (let i = 0; i < times; i += 1) assert.throws(() => tokens.check(address, ['wrong']), { code: status.unauthenticated });
  };

  it('lets in whoever has the token in any of the places, and everybody where there is none', () => {
    tokens.check('a', ['wrong', 'right']);
    assert.throws(() => tokens.check('a', []), { code: status.unauthenticated });
    new ScalerTokens(undefined, () => 0).check('a', []);
  });

  it('looks at ten wrong ones a minute of an address, and then at none, right or wrong', () => {
    wrong('a', 10);
    compared = 0;
    assert.throws(() => tokens.check('a', ['right']), { code: status.resourceExhausted, message: /in 60 s$/ });
    assert.equal(compared, 0);
    tokens.check('b', ['right']);
    now = 60_000;
    tokens.check('a', ['right']);
  });

  it('counts each that is given: three places are three guesses', () => {
    assert.throws(() => tokens.check('a', ['w1', 'w2', 'w3']), { code: status.unauthenticated });
    wrong('a', 7);
    assert.throws(() => tokens.check('a', ['right']), { code: status.resourceExhausted });
  });

  it('looks at a hundred of all addresses, and does not shut out those that had the token', () => {
    tokens.check('keda', ['right']);
    for (let i = 0; i < 10; i += 1) wrong(`stranger ${i}`, 10);
    assert.throws(() => tokens.check('another', ['right']), { code: status.resourceExhausted });
    tokens.check('keda', ['right']);
    // Not even they may guess as they like.
    wrong('keda', 10);
    assert.throws(() => tokens.check('keda', ['right']), { code: status.resourceExhausted });
  });

  it('does not count who gives none', () => {
    for (let i = 0; i < 200; i += 1) assert.throws(() => tokens.check('a', []), { code: status.unauthenticated });
    tokens.check('a', ['right']);
  });
});
