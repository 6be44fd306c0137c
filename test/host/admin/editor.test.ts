import assert from 'node:assert/strict';
import { NboxError } from '../../../guards/errors.ts';
import { AdminHost } from './admin-host.ts';

describe('POST …/editor/…', () => {
  let host: AdminHost;
  beforeEach(async () => {
    host = await AdminHost.start();
  });
  afterEach(() => host.close());

  const one = '/v1/plugins/demo/hello/world/editor';
  const ask = (kind: string, body: unknown) => host.ask('POST', `${one}/${kind}`, { body: JSON.stringify(body) });
  const edited = { session: 's', version: 3, files: { 'index.ts': 'export default () => 1;' } };
  const place = { file: 'index.ts', offset: 7 };

  it('passes on what is asked, by whom and of which plugin', async () => {
    host.editorAnswers.push({ from: 1, items: [] });
    const { status, json } = await ask('complete', { ...edited, since: 2, ...place });
    assert.deepEqual([status, json], [200, { version: 3, result: { from: 1, items: [] } }]);
    const [{ signal, ...asked }] = host.questions as [(typeof host.questions)[0]];
    assert.deepEqual(asked, {
      ...{ plugin: 'demo/hello/world', owner: '["admin","admin","demo/hello/world"]', session: 's' },
      edited: { version: 3, since: 2, files: new Map([['index.ts', 'export default () => 1;']]) },
      question: { kind: 'complete', ...place },
    });
    assert.equal(signal?.aborted, false);
  });

  it('says null where there is nothing to say, and tells files that are gone', async () => {
    const { json } = await ask('hover', { ...edited, ...place, files: { ['__proto__']: 'x', 'a.ts': null } });
    assert.deepEqual(json, { version: 3, result: null });
    assert.equal(host.questions[0]?.edited.files.get('a.ts'), null);
    const text = `{"session":"s","version":1,"files":{"__proto__":"x"},"file":"a","offset":0}`;
    await host.ask('POST', `${one}/hover`, { body: text });
    assert.equal(host.questions[1]?.edited.files.get('__proto__'), 'x');
  });

  it('holds findings against what the host has', async () => {
    await ask('diagnose', edited);
    assert.deepEqual(host.questions[0]?.question, { kind: 'diagnose', lanes: ['standard'], dynamicCode: false });
  });

  it('passes on why there is no answer', async () => {
    host.editorAnswers.push(new NboxError('editor_session_lost', 'gone'));
    const { status, json } = await ask('diagnose', edited);
    assert.deepEqual([status, json.code], [409, 'editor_session_lost']);
    host.editorAnswers.push(new NboxError('editor_failed', { detail: 'lost', retryAfterS: 4 }));
    const failed = await ask('diagnose', edited);
    assert.deepEqual([failed.status, failed.headers['retry-after']], [503, '4']);
    host.editorAnswers.push(new NboxError('editor_superseded', 'newer'));
    const superseded = await ask('diagnose', edited);
    assert.deepEqual([superseded.status, superseded.text], [204, '']);
  });

  const wrong: Record<string, [kind: string, body: object, pointer: string]> = {
    'no session': ['diagnose', { ...edited, session: '' }, '/session'],
    'a session with a slash': ['diagnose', { ...edited, session: 'a/b' }, '/session'],
    'a version that is none': ['diagnose', { ...edited, version: 1.5 }, '/version'],
    'changes since a later version': ['diagnose', { ...edited, since: 4 }, '/since'],
    'files in a list': ['diagnose', { ...edited, files: [] }, '/files'],
    'a file that is no text': ['diagnose', { ...edited, files: { 'a.ts': 1 } }, '/files/a.ts'],
    'a place in findings': ['diagnose', { ...edited, ...place }, '/file'],
    'no place': ['hover', edited, '/file'],
    'an offset before the beginning': ['complete', { ...edited, ...place, offset: -1 }, '/offset'],
    'no name': ['details', { ...edited, ...place }, '/name'],
    'a name where none is asked for': ['definition', { ...edited, ...place, name: 'a' }, '/name'],
  };
  for (const [what, [kind, body, pointer]] of Object.entries(wrong)) {
    it(`refuses ${what}`, async () => {
      const { status, json } = await ask(kind, body);
      assert.deepEqual([status, json.code, json.pointer], [400, 'invalid_body', pointer]);
      assert.deepEqual(host.questions, []);
    });
  }

  it('takes no plugin that is none, and nobody without the token', async () => {
    const body = JSON.stringify(edited);
    assert.equal((await host.ask('POST', '/v1/plugins/demo/hello/W/editor/diagnose', { body })).json.code, 'invalid_plugin_id');
    assert.equal((await host.ask('POST', `${one}/diagnose`, { body, token: false })).json.code, 'unauthorized');
    assert.deepEqual(host.questions, []);
  });
});
