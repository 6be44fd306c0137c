/** A small line of what was: no axes, no numbers, only its form. */

import { useEffect, useRef } from 'preact/hooks';
import { cssColor, cssColorAt } from './css-color.ts';
import { theme } from './theme.ts';

export function Spark({ values, label }: { readonly values: readonly number[]; readonly label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const shown = theme.value;
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, values);
  }, [values, shown]);
  return <canvas ref={canvas} class="spark" role="img" aria-label={label} />;
}

function paint(canvas: HTMLCanvasElement, values: readonly number[]): void {
  const scale = window.devicePixelRatio || 1;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (context === null || values.length < 2) return;
  let most = 0;
  for (const value of values) most = Math.max(most, value);
  context.scale(scale, scale);
  context.beginPath();
  const x = (i: number) => (i / (values.length - 1)) * width;
  const y = (value: number) => height - 1.5 - (most === 0 ? 0 : (value / most) * (height - 4));
  for (const [i, value] of values.entries()) {
    if (i === 0) context.moveTo(x(i), y(value));
    else context.lineTo(x(i), y(value));
  }
  context.strokeStyle = cssColor(most === 0 ? '--line-strong' : '--accent');
  context.lineWidth = 1.25;
  context.lineJoin = 'round';
  context.stroke();
  if (most === 0) return;
  context.lineTo(width, height);
  context.lineTo(0, height);
  context.fillStyle = cssColorAt('--accent', 0.13);
  context.fill();
}
