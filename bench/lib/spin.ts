/** Keeps a processor busy for as long as the process that started it is there: `node spin.ts`. */

const { ppid } = process;
let x = 1;
while (process.ppid === ppid) for (let i = 0; i < 4_000_000; i += 1) x = (x * 31 + i) | 0;
