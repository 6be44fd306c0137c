/** Numeric loops: a sieve, and the iterations of a fractal. */

function primesBelow(end: number): number {
  const composite = new Uint8Array(end);
  let primes = 0;
  for (let n = 2; n < end; n++) {
    if (composite[n] === 1) continue;
    primes++;
    for (let multiple = n * n; multiple < end; multiple += n) composite[multiple] = 1;
  }
  return primes;
}

function insideOf(width: number, most: number): number {
  let inside = 0;
  for (let row = 0; row < width; row++) {
    for (let column = 0; column < width; column++) {
      const cr = (column / width) * 3 - 2;
      const ci = (row / width) * 2 - 1;
      let re = 0;
      let im = 0;
      let step = 0;
      while (step < most && re * re + im * im < 4) {
        const next = re * re - im * im + cr;
        im = 2 * re * im + ci;
        re = next;
        step++;
      }
      if (step === most) inside++;
    }
  }
  return inside;
}

export default () => [primesBelow(8_000), insideOf(24, 40)];
