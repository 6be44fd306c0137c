import assert from 'node:assert/strict';
import { MissingError } from '../../bench/lib/missing.ts';
import { readTrace } from '../../bench/lib/traces/read-trace.ts';
import { exponential } from '../../bench/lib/traces/trace.ts';
import { TempDir } from '../host/doubles.ts';

const options = { cores: 6, callS: exponential(0.1), seed: 1 };
const azureHead = ['HashOwner', 'HashApp', 'HashFunction', 'Trigger', ...Array.from({ length: 1_440 }, (_, i) => i + 1)].join();
const azureRow = (perMinute: (minute: number) => number) =>
  ['o', 'a', 'f', 'http', ...Array.from({ length: 1_440 }, (_, i) => perMinute(i))].join();

describe('readTrace(file, options)', () => {
  let temp: TempDir;
  before(() => {
    temp = new TempDir();
  });
  after(() => temp[Symbol.dispose]());

  it('reads time,value, with a head or without, each value until the next one', async () => {
    for (const head of ['time,value\n', '']) {
      const trace = await readTrace(temp.write('a.csv', `${head}100,1\r\n102,4\n103,0\n`), options);
      assert.equal(trace.seconds, 4);
      // 1, 1, 4, 0 calls per second: 1.5 on average, for which there are 6 processors.
      assert.deepEqual([0, 1, 2, 3].map(trace.cores), [4, 4, 16, 0]);
    }
  });

  it('reads the Azure Functions trace: the sum of all functions, minute by minute', async () => {
    const file = temp.write('b.csv', [azureHead, azureRow((i) => (i === 0 ? 30 : 10)), azureRow((i) => (i === 0 ? 10 : 10))].join('\n'));
    const trace = await readTrace(file, options);
    assert.equal(trace.seconds, 86_400);
    assert.equal(trace.cores(59), trace.cores(60) * 2);
  });

  for (const [title, text, expected] of [
    ['nothing', '', /it is empty/],
    ['one row', '1,2\n', /less than two rows/],
    ['times that go back', '1,2\n1,3\n', /line 2: the time 1 is not after/],
    ['words', 'time,value\n1,many\n', /line 2: "many" is no number/],
    ['a value below 0', '1,2\n2,-3\n', /"-3" is no number from 0 on/],
    ['an infinite value', '1,2\n2,Infinity\n', /no number/],
    ['too many cells', '1,2\n2,3,4\n', /line 2: this is not time,value/],
    ['more than a week', '1,2\n1000000000,3\n', /longer than a week/],
    ['no calls', '1,0\n2,0\n', /has no calls/],
    ['another table', 'a,b,c\n1,2,3\n', /neither time,value nor the Azure/],
    ['an Azure row that is cut', `${azureHead}\no,a,f,http,1,2\n`, /line 2: it has 6 cells/],
  ] as const) {
    it(`refuses ${title}, and says where`, async () => {
      await assert.rejects(readTrace(temp.write('bad.csv', text), options), (error: Error) => {
        assert.ok(error instanceof MissingError);
        assert.match(error.message, expected);
        return true;
      });
    });
  }
});
