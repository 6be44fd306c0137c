/** JSON in, changed, and out again. */

const document = JSON.stringify({
  offers: Array.from({ length: 80 }, (_, n) => ({
    ...{ id: n, title: `Offer ${n}`, tags: ['a', 'b', `t${n % 9}`], price: { amount: n * 1.25, currency: 'EUR' } },
    attributes: { color: n % 2 === 0 ? 'red' : 'blue', size: n, nested: { deep: [n, [n + 1]] } },
  })),
});

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

function renamed(value: Json): Json {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== 'object' || value === null) return value;
  const result: { [name: string]: Json } = {};
  for (const [name, one] of Object.entries(value)) result[name.toUpperCase()] = renamed(one);
  return result;
}

export default () => {
  const parsed = JSON.parse(document) as Json;
  return JSON.parse(JSON.stringify(renamed(parsed))) as Json;
};
