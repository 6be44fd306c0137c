/** host/log.ts */

import assert from 'node:assert/strict';
import { createLogger } from '../../host/log.ts';
import { printable } from '../../host/printable.ts';

class Lines {
  text = '';
  write(text: string): boolean {
    this.text += text;
    return true;
  }
  // What pino-pretty asks of a stream.
  on(): this {
    return this;
  }
  once(): this {
    return this;
  }
  emit(): boolean {
    return true;
  }
  end(): void {}
}

describe('createLogger(config, stream)', () => {
  it('writes a JSON record a line', () => {
    const lines = new Lines();
    createLogger({ logLevel: 'info', logFormat: 'json' }, lines).info({ plugin: 'a/b/c' }, 'two\nlines');
    const record = JSON.parse(lines.text);
    assert.equal(record.plugin, 'a/b/c');
    assert.equal(record.msg, 'two\nlines');
    assert.equal(lines.text.split('\n').length, 2);
  });

  it('hides tokens, wherever they stand', () => {
    const lines = new Lines();
    const log = createLogger({ logLevel: 'info', logFormat: 'json' }, lines);
    log.info(
      {
        token: 'hunter2',
        headers: { authorization: 'hunter2' },
        req: { headers: { authorization: 'hunter2', cookie: 'hunter2' } },
        config: { adminToken: 'hunter2' },
      },
      'x',
    );
    assert.doesNotMatch(lines.text, /hunter2/);
    assert.match(lines.text, /redacted/);
  });

  it('prints for people, without controls of an author', () => {
    const lines = new Lines();
    createLogger({ logLevel: 'info', logFormat: 'pretty' }, lines).warn('a\u001b[31mb');
    assert.match(lines.text, /WARN.*a\\u001b\[31mb/);
  });

  it('sets in what follows the first line of a text, so that nobody takes it for a line of its own', () => {
    const lines = new Lines();
    createLogger({ logLevel: 'info', logFormat: 'pretty' }, lines).info('a\n[12:00:00.000] ERROR: forged');
    assert.match(lines.text, /INFO.*a\n +\| \[12:00:00\.000\] ERROR: forged/);
  });

  it('leaves out what is below the level', () => {
    const lines = new Lines();
    createLogger({ logLevel: 'error', logFormat: 'json' }, lines).warn('x');
    assert.equal(lines.text, '');
  });
});

describe('printable(text)', () => {
  it('escapes controls and direction marks, and keeps lines', () => {
    assert.equal(printable('a\n\tb\u0007\u202ec'), 'a\n\tb\\u0007\\u202ec');
  });
});
