/** A small line of what was: no axes, no numbers, only its form. Drawn as SVG: tables have forty of them, and a canvas each must be measured, which lays out the page. */

import { useMemo } from 'preact/hooks';
import { sparkBox, sparkPath } from '../data/spark-path.ts';

const { width, height } = sparkBox;

export function Spark({ values, label }: { readonly values: readonly number[]; readonly label: string }) {
  const path = useMemo(() => sparkPath(values), [values]);
  return (
    <svg
      class={path?.isFlat === false ? 'spark' : 'spark flat'}
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
    >
      {path === undefined ? null : (
        <>
          {path.isFlat ? null : <path class="area" d={`${path.line}L${width},${height}L0,${height}Z`} />}
          <path class="line" d={path.line} />
        </>
      )}
    </svg>
  );
}
