import assert from 'node:assert/strict';
import { errorCatalogue, isNboxError, NboxError, packError, unpackError } from '../../guards/errors.ts';

describe('NboxError', () => {
  it('toProblem() has the catalogue’s status and title, the code, and what was said', () => {
    const error = new NboxError('type_errors', { detail: 'index.ts:1:2', pointer: '/source', retryAfterS: 3 });
    assert.deepEqual(error.toProblem(), {
      type: 'urn:nbox:error:type_errors',
      title: errorCatalogue.type_errors.title,
      status: 422,
      code: 'type_errors',
      detail: 'index.ts:1:2',
      pointer: '/source',
    });
  });

  it('toProblem() does not tell the cause', () => {
    const error = new NboxError('internal_error', { detail: 'The host failed', cause: new Error('/secret/path') });
    assert.ok(!JSON.stringify(error.toProblem()).includes('secret'));
  });

  it('crosses a process boundary by packError and unpackError', () => {
    const error = new NboxError('probe_failed', { detail: 'x', position: { file: 'a.ts', line: 1, column: 2 } });
    const again = unpackError(structuredClone(packError(error)));
    assert.ok(isNboxError(again, 'probe_failed'));
    assert.deepEqual(again.details, error.details);
  });

  it('packError(stranger) keeps only its text', () => {
    assert.deepEqual(packError(new TypeError('boom')), { code: 'internal_error', details: { detail: 'boom' } });
  });

  it('has an HTTP status for each code', () => {
    for (const [code, entry] of Object.entries(errorCatalogue)) {
      assert.match(code, /^[a-z_]+$/);
      assert.ok(entry.status >= 400 && entry.status <= 599, code);
    }
  });
});
