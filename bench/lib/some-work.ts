/** Some of all that programs do, for as long as the process that started it is there: `node some-work.ts`. */

/** Numbers, strings, objects that live for a moment: for a millisecond or so. */
function work(): number {
  let x = 1;
  for (let i = 0; i < 400_000; i += 1) x = (x * 31 + i) | 0;
  const rows = Array.from({ length: 200 }, (_, i) => ({ id: i ^ x, name: `row ${i}`, tags: [i, i + 1] }));
  return (JSON.parse(JSON.stringify(rows)) as unknown[]).length;
}

const { ppid } = process;
let sum = 0;
while (process.ppid === ppid) sum = (sum + work()) | 0;
