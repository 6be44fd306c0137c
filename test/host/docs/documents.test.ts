/** host/docs: every link of every page leads somewhere, and the pages need nothing but themselves. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { errorCatalogue } from '../../../guards/errors.ts';
import { operations } from '../../../host/api/operations.ts';
import { Documents } from '../../../host/docs/documents.ts';
import { docPages, docPath, servedAt } from '../../../host/docs/pages.ts';
import { rendered } from '../../../host/docs/rendered.ts';

const { files } = rendered(join(import.meta.dirname, '../../..'));
const htmlOf = (name: string) => files.get(name)?.text ?? assert.fail(`there is no page ${name}`);
const all = (html: string, pattern: RegExp) => [...html.matchAll(pattern)].map(([, found]) => found as string);
const idsOf = (html: string) => new Set(all(html, / id="([^"]+)"/g));

describe('the documents', () => {
  const pages = new Map(docPages.map(({ name }) => [docPath(name), name]));

  for (const { name, title } of docPages) {
    it(`${docPath(name)}: its links lead somewhere, headings included`, () => {
      const html = htmlOf(name);
      const ids = idsOf(html);
      assert.equal(ids.size, all(html, / id="([^"]+)"/g).length, 'an id stands twice');
      const links = all(html, /(?:href|src)="([^"]*)"/g);
      assert.ok(links.length > docPages.length);
      for (const link of links) {
        // The document of the API, and the dashboard.
        if (/^https?:/.test(link) || link === '/openapi.json' || link === '/') continue;
        const [path = '', anchor] = link.split('#');
        const to = path === '' ? name : pages.get(path);
        if (to === undefined) assert.ok(files.get(path.replace('/docs/', '')), `${link} leads nowhere`);
        else if (anchor !== undefined) assert.ok(path === '' ? ids.has(anchor) : idsOf(htmlOf(to)).has(anchor), `${link} leads nowhere`);
      }
      assert.match(html, new RegExp(`aria-current="page">${title}<`));
    });

    it(`${docPath(name)}: has no script and no inline style, one main heading, and names for all that is read`, () => {
      const html = htmlOf(name);
      assert.doesNotMatch(html, /<script|<style|<iframe|<object| style="| on[a-z]+="|javascript:/i);
      assert.equal(all(html, /<h1[ >]/g).length, 1);
      for (const image of all(html, /<img ([^>]*)>/g)) assert.match(image, /alt="[^"]+"/);
      assert.match(html, /<html lang="en">/);
    });
  }

  it('have code with its parts marked, and nothing of it as HTML', () => {
    assert.match(htmlOf('authors'), /<span class="tok-keyword">export<\/span>/);
    assert.match(htmlOf(''), /<span class="tok-comment"># TOKEN is what/);
    assert.doesNotMatch(htmlOf('authors'), /<code>[^<]*<(?!\/?span|\/code)/);
  });

  it('of the API have every operation and lead from its codes to what to do', () => {
    const html = htmlOf('api');
    for (const { operation } of operations) assert.ok(idsOf(html).has(operation), operation);
    const errors = idsOf(htmlOf('errors'));
    for (const code of Object.keys(errorCatalogue)) assert.ok(errors.has(code), code);
    assert.match(html, /<a href="\/docs\/errors#precondition_failed"><code>/);
  });

  it('are found by the words of their headings', async () => {
    const documents = new Documents();
    const found = async (asked: string) => all((await documents.search(asked)).text, /<li><a href="([^"]+#[^"]+)">/g);
    assert.equal((await found('canaries'))[0], '/docs/authors#canaries-and-going-back');
    assert.ok((await found('quaran')).includes('/docs/errors#quarantined'));
    assert.deepEqual(await found('surely nothing'), []);
    assert.deepEqual(await found('<script>alert(1)</script>'), []);
    assert.doesNotMatch((await documents.search('"><script>')).text, /<script/);
  });

  it('are asked for again where making them failed', async () => {
    const documents = new Documents(join(import.meta.dirname, 'nowhere'));
    await assert.rejects(documents.find(''), { code: 'ENOENT' });
    await assert.rejects(documents.find(''), { code: 'ENOENT' });
  });

  it('are no way to other files', async () => {
    const documents = new Documents();
    for (const name of [
      '../package',
      'docs.css/../../package.json',
      '..',
      '__proto__',
      'constructor',
      'request.svg\0',
      'x.svg',
      'README.md',
    ]) {
      assert.equal(await documents.find(name), undefined, name);
    }
    assert.equal((await documents.find('request.svg'))?.type, 'image/svg+xml');
    assert.equal(servedAt('../guards/errors.ts', 'docs/operators.md'), undefined);
    assert.equal(servedAt('javascript:alert(1)', 'docs/operators.md'), undefined);
  });
});
