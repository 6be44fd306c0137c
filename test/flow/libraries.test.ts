/** Each approved library in a plugin: its ordinary use, type-checked, bundled and run. */

import assert from 'node:assert/strict';
import { RunningHost } from '../support/running-host.ts';

interface Use {
  readonly source: string;
  readonly expected: unknown;
}

const uses: Readonly<Record<string, Use>> = {
  hono: {
    source: `
      import { Hono } from 'hono';
      import { basicAuth } from 'hono/basic-auth';
      import { cors } from 'hono/cors';
      import { getCookie, setCookie } from 'hono/cookie';
      import { HTTPException } from 'hono/http-exception';
      const items = new Hono().get('/:id{[0-9]+}', (c) => c.json({ id: Number(c.req.param('id')) }));
      const app = new Hono().use(cors({ origin: 'https://a.example' })).route('/items', items);
      app.use('/admin/*', basicAuth({ username: 'a', password: 'b' }));
      app.get('/cookie', (c) => { setCookie(c, 'seen', '1', { httpOnly: true }); return c.text(getCookie(c, 'name') ?? 'none'); });
      app.get('/fails', () => { throw new HTTPException(418, { message: 'teapot' }); });
      app.notFound((c) => c.text('nowhere', 404));
      app.get('/', async (c) => {
        const ask = async (path: string, headers: Record<string, string> = {}) => {
          const response = await app.request(path, { headers });
          return [response.status, await response.text(), response.headers.get('access-control-allow-origin'), response.headers.get('set-cookie')];
        };
        return c.json([await ask('/items/42', { origin: 'https://a.example' }), await ask('/items/x', { origin: 'https://b.example' }), await ask('/cookie', { cookie: 'name=me' }), await ask('/fails')]);
      });
      export default app;`,
    expected: [
      [200, '{"id":42}', 'https://a.example', null],
      [404, 'nowhere', null, null],
      [200, 'me', null, 'seen=1; Path=/; HttpOnly'],
      [418, 'teapot', null, null],
    ],
  },
  'itty-router': {
    source: `
      import { AutoRouter, error, type IRequest, json } from 'itty-router';
      const router = AutoRouter();
      router.get('/inner/:name', ({ name, query }: IRequest) => ({ name, query }));
      router.get('/refused', () => error(403, 'no'));
      router.get('/', async () => {
        const ask = async (path: string) => { const r = await router.fetch(new Request('http://x' + path) as never); return [r.status, await r.json()]; };
        return json([await ask('/inner/me?a=1'), await ask('/refused'), await ask('/nowhere')]);
      });
      export default { fetch: (request: Request) => router.fetch(request as never) };`,
    expected: [
      [200, { name: 'me', query: { a: '1' } }],
      [403, { status: 403, error: 'no' }],
      [404, { status: 404, error: 'Not Found' }],
    ],
  },
  zod: {
    source: `
      import { z } from 'zod';
      const Order = z.object({ id: z.string().min(2), lines: z.array(z.object({ n: z.coerce.number().int() })).nonempty(), at: z.iso.datetime().optional() })
        .transform(({ id, lines }) => ({ id, total: lines.reduce((sum, { n }) => sum + n, 0) }));
      type Order = z.infer<typeof Order>;
      export default () => {
        const good: Order = Order.parse({ id: 'ab', lines: [{ n: '2' }, { n: 3 }] });
        const bad = Order.safeParse({ id: 'a', lines: [], at: 'yesterday' });
        return { good, bad: bad.error?.issues.map(({ path, code }) => [path.join('.'), code]) };
      };`,
    expected: {
      good: { id: 'ab', total: 5 },
      bad: [
        ['id', 'too_small'],
        ['lines', 'too_small'],
        ['at', 'invalid_format'],
      ],
    },
  },
  valibot: {
    source: `
      import * as v from 'valibot';
      const Login = v.object({ email: v.pipe(v.string(), v.email()), age: v.optional(v.pipe(v.number(), v.minValue(18)), 20) });
      export default () => {
        const bad = v.safeParse(Login, { email: 'x', age: 3 });
        return [v.parse(Login, { email: 'a@b.example' }), bad.success, v.flatten(bad.issues!).nested];
      };`,
    expected: [
      { email: 'a@b.example', age: 20 },
      false,
      { email: ['Invalid email: Received "x"'], age: ['Invalid value: Expected >=18 but received 3'] },
    ],
  },
  'date-fns': {
    source: `
      import { addMonths, differenceInCalendarDays, eachDayOfInterval, formatISO, intervalToDuration, isWithinInterval, parseISO } from 'date-fns';
      const day = (text: string) => parseISO(text + 'T00:00:00Z');
      export default () => [
        addMonths(day('2024-01-31'), 1).toISOString(),
        differenceInCalendarDays(day('2024-03-01'), day('2024-02-01')),
        eachDayOfInterval({ start: day('2024-02-27'), end: day('2024-03-01') }).length,
        intervalToDuration({ start: day('2024-01-01'), end: day('2025-03-04') }),
        isWithinInterval(day('2024-01-02'), { start: day('2024-01-01'), end: day('2024-01-03') }),
        formatISO(day('2024-01-02'), { representation: 'date' }),
      ];`,
    expected: ['2024-02-29T00:00:00.000Z', 29, 4, { years: 1, months: 2, days: 3 }, true, '2024-01-02'],
  },
  dayjs: {
    source: `
      import dayjs from 'dayjs';
      import duration from 'dayjs/plugin/duration';
      import relativeTime from 'dayjs/plugin/relativeTime';
      import utc from 'dayjs/plugin/utc';
      import 'dayjs/locale/de';
      dayjs.extend(utc); dayjs.extend(relativeTime); dayjs.extend(duration);
      export default () => {
        const at = dayjs.utc('2024-02-29T12:30:00Z');
        return [at.add(1, 'year').format('YYYY-MM-DD HH:mm'), at.locale('de').format('dddd, D. MMMM'), at.from(at.add(3, 'day')), dayjs.duration(90, 'minutes').asHours(), at.isBefore('2025-01-01')];
      };`,
    expected: ['2025-02-28 12:30', 'Donnerstag, 29. Februar', '3 days ago', 1.5, true],
  },
  'lodash-es': {
    source: `
      import { camelCase, chunk, cloneDeep, debounce, groupBy, isEqual, merge, orderBy, uniqBy } from 'lodash-es';
      export default async () => {
        const data = [{ k: 'a', n: 2 }, { k: 'b', n: 1 }, { k: 'a', n: 3 }];
        const copy = cloneDeep(data);
        let calls = 0;
        const late = debounce(() => { calls += 1; }, 5);
        late(); late();
        await new Promise((resolve) => setTimeout(resolve, 30));
        return [groupBy(data, 'k'), orderBy(data, ['k', 'n'], ['asc', 'desc']).map(({ n }: { n: number }) => n), uniqBy(data, 'k').length, isEqual(copy, data) && copy !== data,
          merge({ a: { b: 1 } }, { a: { c: [2] } }), chunk([1, 2, 3], 2), camelCase('hello plugin-host'), calls];
      };`,
    expected: [
      {
        a: [
          { k: 'a', n: 2 },
          { k: 'a', n: 3 },
        ],
        b: [{ k: 'b', n: 1 }],
      },
      [3, 2, 1],
      2,
      true,
      { a: { b: 1, c: [2] } },
      [[1, 2], [3]],
      'helloPluginHost',
      1,
    ],
  },
  nanoid: {
    source: `
      import { customAlphabet, nanoid } from 'nanoid';
      const digits = customAlphabet('0123456789', 6);
      export default () => [nanoid().length, /^[\\w-]{10}$/.test(nanoid(10)), /^\\d{6}$/.test(digits()), new Set(Array.from({ length: 100 }, () => nanoid())).size];`,
    expected: [21, true, true, 100],
  },
  '@cfworker/json-schema': {
    source: `
      import { Validator } from '@cfworker/json-schema';
      const validator = new Validator({ type: 'object', required: ['a'], properties: { a: { type: 'integer', minimum: 2 }, at: { format: 'date-time' }, list: { $ref: '#/$defs/list' } }, $defs: { list: { type: 'array', uniqueItems: true } } }, '2020-12', false);
      export default () => [validator.validate({ a: 2, at: '2024-01-01T00:00:00Z', list: [1, 2] }).valid, validator.validate({ a: 1, at: 'x', list: [1, 1] }).errors.map(({ instanceLocation, keyword }) => instanceLocation + ' ' + keyword)];`,
    expected: [true, ['# properties', '#/a minimum', '# properties', '#/at format', '# properties', '#/list $ref', '#/list uniqueItems']],
  },
  mustache: {
    source: `
      import Mustache from 'mustache';
      export default () => Mustache.render('{{#list}}<{{name}}{{^last}}, {{/last}}>{{/list}}{{{raw}}} {{> part}}', { list: [{ name: 'a&b' }, { name: 'c', last: true }], raw: '<b>', x: 1 }, { part: 'x={{x}}' });`,
    expected: '<a&amp;b, ><c><b> x=1',
  },
  marked: {
    source: `
      import { Marked, marked } from 'marked';
      const own = new Marked({ renderer: { link: ({ href, text }) => '[' + text + '](' + href + ')' } });
      export default async () => [marked.parse('# A *b*\\n\\n- c\\n- d \`e\`\\n\\n| f |\\n|---|\\n| g |'), await own.parse('see [x](https://y.example)')];`,
    expected: [
      '<h1>A <em>b</em></h1>\n<ul>\n<li>c</li>\n<li>d <code>e</code></li>\n</ul>\n<table>\n<thead>\n<tr>\n<th>f</th>\n</tr>\n</thead>\n<tbody><tr>\n<td>g</td>\n</tr>\n</tbody></table>\n',
      '<p>see [x](https://y.example)</p>\n',
    ],
  },
  graphql: {
    source: `
      import { buildSchema, graphql, GraphQLInt, GraphQLObjectType, GraphQLSchema, parse, print } from 'graphql';
      const schema = buildSchema('type Item { id: ID! price(currency: String = "EUR"): String } type Query { items(first: Int!): [Item!]! fails: Int }');
      const rootValue = {
        items: async ({ first }: { first: number }) => Array.from({ length: first }, (_, id) => ({ id, price: ({ currency }: { currency: string }) => id + ' ' + currency })),
        fails: () => { throw new Error('not today'); },
      };
      const made = new GraphQLSchema({ query: new GraphQLObjectType({ name: 'Query', fields: { n: { type: GraphQLInt, resolve: () => 7 } } }) });
      export default async () => [
        await graphql({ schema, rootValue, source: 'query ($n: Int!) { items(first: $n) { id price(currency: "CHF") } fails }', variableValues: { n: 2 } }),
        (await graphql({ schema, source: '{ nothing }' })).errors?.[0]?.message,
        (await graphql({ schema: made, source: '{ n }' })).data,
        print(parse('{a(b:1){c}}')),
      ];`,
    expected: [
      {
        errors: [{ message: 'not today', locations: [{ line: 1, column: 67 }], path: ['fails'] }],
        data: {
          items: [
            { id: '0', price: '0 CHF' },
            { id: '1', price: '1 CHF' },
          ],
          fails: null,
        },
      },
      'Cannot query field "nothing" on type "Query".',
      { n: 7 },
      '{\n  a(b: 1) {\n    c\n  }\n}',
    ],
  },
  immer: {
    source: `
      import { enableMapSet, enablePatches, produce, produceWithPatches } from 'immer';
      enableMapSet(); enablePatches();
      export default () => {
        const before = { list: [{ done: false }], same: { x: 1 }, tags: new Map([['a', 1]]) };
        const after = produce(before, (draft) => { draft.list[0]!.done = true; draft.tags.set('b', 2); });
        const [, patches] = produceWithPatches({ n: 1 }, (draft) => { draft.n += 1; });
        let frozen = false;
        try { (after.list as unknown[]).push(1); } catch { frozen = true; }
        return [before.list[0]!.done, after.list[0]!.done, before.same === after.same, [...after.tags], patches, frozen];
      };`,
    expected: [
      false,
      true,
      true,
      [
        ['a', 1],
        ['b', 2],
      ],
      [{ op: 'replace', path: ['n'], value: 2 }],
      true,
    ],
  },
  rxjs: {
    source: `
      import { catchError, concatMap, debounceTime, from, interval, lastValueFrom, map, merge, of, scan, Subject, take, throwError, toArray } from 'rxjs';
      export default async () => {
        const subject = new Subject<number>();
        const settled = lastValueFrom(subject.pipe(debounceTime(5), toArray()));
        subject.next(1); subject.next(2);
        setTimeout(() => subject.complete(), 30);
        return [
          await lastValueFrom(from([1, 2, 3]).pipe(concatMap((n) => Promise.resolve(n * 2)), scan((sum, n) => sum + n, 0), toArray())),
          await lastValueFrom(interval(2).pipe(take(3), map((n) => n + 1), toArray())),
          await lastValueFrom(merge(of('a'), throwError(() => new Error('b'))).pipe(catchError((error: Error) => of(error.message)), toArray())),
          await settled,
        ];
      };`,
    expected: [[2, 6, 12], [1, 2, 3], ['a', 'b'], [2]],
  },
  superjson: {
    source: `
      import superjson from 'superjson';
      export default () => {
        const value = { at: new Date(0), set: new Set([1]), map: new Map([['a', 1n]]), none: undefined, pattern: /a/g, url: new URL('https://a.example/b') };
        const text = superjson.stringify(value);
        const back = superjson.parse<typeof value>(text);
        return [superjson.serialize({ at: value.at, none: undefined }), back.at.getTime(), [...back.set], back.map.get('a') === 1n, 'none' in back, back.pattern.flags, back.url.host];
      };`,
    expected: [
      { json: { at: '1970-01-01T00:00:00.000Z', none: null }, meta: { values: { at: ['Date'], none: ['undefined'] }, v: 1 } },
      0,
      [1],
      true,
      true,
      'g',
      'a.example',
    ],
  },
  'decimal.js': {
    source: `
      import { Decimal } from 'decimal.js';
      export default () => [new Decimal('0.1').plus('0.2').toString(), new Decimal(2).sqrt().toFixed(20), Decimal.max(1, '2.5').times(3).toNumber(), new Decimal('1e500').div(3).toSD(5).toString(), new Decimal('12345.678').toDecimalPlaces(1, Decimal.ROUND_DOWN).toString()];`,
    expected: ['0.3', '1.41421356237309504880', 7.5, '3.3333e+499', '12345.6'],
  },
  uuid: {
    source: `
      import { NIL, parse, stringify, v4, v5, v7, validate, version } from 'uuid';
      export default () => [version(v4()), version(v7()), v5('hello', v5.URL), validate('no'), validate(v4()), stringify(parse(NIL)) === NIL, v4() === v4()];`,
    expected: [4, 7, '074171de-bc84-5ea4-b636-1135477620e1', false, true, true, false],
  },
};

describe('approved libraries', () => {
  let host: RunningHost;
  before(async () => {
    host = await RunningHost.start();
  });
  after(() => host.close());

  for (const [library, { source, expected }] of Object.entries(uses)) {
    it(library, async () => {
      const plugin = `libraries/used/${library.replace(/[^a-z0-9]+/g, '-').replace(/^-/, '')}`;
      await host.push(plugin, { source });
      assert.deepEqual(JSON.parse(await host.text(`${plugin}/`)), expected);
    });
  }
});
