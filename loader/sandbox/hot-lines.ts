/** Written by `npm run hot-lines`, which traces calls of typical plugins; do not change it by hand. */

/** Each cache line's number less the one before, to the base 36. */
const steps = [
  '11p m 1 1 1 1 3 1r7a 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1',
  '1 1 1 1 1 1 1 1 1 1 2 1 1 1 2 1 1 1 1 f 9 5 1 1',
  '6 1 1d c d 1 1 t 1z c 1 1 1 1 8 1 1 2 6 g 3 1 3 1',
  '26 1 1 1 1 2 g 1 2l 2z 1 3z 5v 1 1 1 4 l 3 6 7 5 1 2',
  '2 1 d 1 1 e 1 1 1 3d 4 1 1 1 1 1 1 18 b d 13 4 2 2',
  '1 7 2 7 11 1 25 1 11 b 2 r d 1 1 1 t 1 1 a 2 1 m 1',
  '1 1h 1 1 1 1 1 1e 1 1 1 1 1 1 7 24 2 1 1 3 r 7 1 3',
  '9 1 4 2 1 p 1 1 8 1 1 2 1 1 1 3 2m 1 d 1 a 1 4 1',
  '1 y 4 5 1 1 1 2 1 n 4 1 1 1 1 1 r 1 3 1 7 1 2 14',
  '3 10 1 b 1 1 1 4 2 1 1 1 1 d 3 1 t 1 6 1 1 1 1 1',
  '1 1 n 1 e 1 1 9 1 9 1 9 1 5 1 8 1 1 2 2 1 1 2 1',
  '1 1 2 v s 1 d 1 4 3 1 1 1 d 1 1 o 1 1 1 f 1 1 i',
  '3 4e 1 3 1 1 1 9 2 1 2 1 c 1 1 1 1 2 1 1 1 1 1 18',
  '5 1 3 4 1 b 4 1 2 1 1 1 1 1 5 1 1 1 1 1 x 1 4 1',
  '1 1 1 1 1 1 1 1 1 1 1 1 1 1 2 5 1 1 1 n 1 1 1 3h',
  '9 1 7 5 1 3 2 1 1 a 1 1 1 1 1 1 1 1 1 19 2 1 2 h',
  '1 1 1 3 h 1 8 1 2 1 s 1 2g 1 8 2w 1b 51',
];

/** The cache lines of a sandbox's memory that most calls touch, whatever the plugin: of each, the index of its first word. */
export const hotLines: Int32Array = wordsOf(steps.join(' ').split(' '));

function wordsOf(numbers: readonly string[]): Int32Array {
  let line = 0;
  return Int32Array.from(numbers, (step) => {
    line += Number.parseInt(step, 36);
    return (line * 64) / Int32Array.BYTES_PER_ELEMENT;
  });
}
