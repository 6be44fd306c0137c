import assert from 'node:assert/strict';
import fc from 'fast-check';
import { manifestCompletions } from '../../../loader/language/manifest-completions.ts';

describe('manifestCompletions(text, offset)', () => {
  const at = (text: string) => manifestCompletions(text.replace('|', ''), text.indexOf('|'));
  const names = (text: string) => (at(text)?.items ?? []).map(({ name }) => name);
  const written = (text: string, name: string) => {
    const found = at(text);
    const plain = text.replace('|', '');
    const item = found?.items.find((one) => one.name === name);
    return item && plain.slice(0, found?.from) + (item.insert ?? item.name) + plain.slice(text.indexOf('|'));
  };

  it('has the members that are not there yet, in the object that it is in', () => {
    assert.ok(names('{ | }').includes('routes') === false && names('{ | }').includes('owner'));
    assert.equal(names('{ "owner": "a", | }').includes('owner'), false);
    assert.ok(names('{ "limits": { "cpuMs": 1, "|" } }').includes('deadlineMs'));
    assert.equal(names('{ "limits": { "cpuMs": 1, | } }').includes('cpuMs'), false);
    assert.deepEqual(names('{ "nope": { | } }'), []);
  });

  it('has the values that there are', () => {
    assert.deepEqual(names('{ "isolation": "|" }'), ['shared', 'request']);
    assert.deepEqual(names('{ "dynamicCode": | }'), ['true', 'false']);
    assert.deepEqual(names('{ "gates": { "replay": | } }'), ['off', 'report', 'block']);
    assert.ok(names('{ "releaseKey": { | } }').includes('header'));
  });

  it('writes quotes where there are none', () => {
    assert.equal(written('{ own| }', 'owner'), '{ "owner":  }');
    assert.equal(written('{ "own| }', 'owner'), '{ "owner":  }');
    assert.equal(written('{ "own|" }', 'owner'), '{ "owner" }');
    assert.equal(written('{ "isolation": | }', 'request'), '{ "isolation": "request" }');
    assert.equal(written('{ "isolation": "re|" }', 'request'), '{ "isolation": "request" }');
    assert.equal(written('{ "dynamicCode": tr| }', 'true'), '{ "dynamicCode": true }');
  });

  it('has nothing where nothing can stand', () => {
    for (const text of ['|', '{ "owner"| }', '{ "owner": "a" | }', '{} |', '{ "owner": "|" }']) assert.equal(at(text), undefined, text);
  });

  it('ends on any text', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ':',
      ',',
      '"',
      '\\',
      'limits',
      '"limits"',
      ' ',
      '\n',
      '__proto__',
      '"__proto__"',
      '1',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.nat(100), (pieces, offset) => {
        const text = pieces.join('');
        const found = manifestCompletions(text, Math.min(offset, text.length));
        assert.ok(found === undefined || found.from <= text.length);
      }),
    );
  });
});
