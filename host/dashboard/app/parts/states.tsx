/** What stands where there is nothing to show: it is loading, there is none, or something is wrong; and what to do about it. */

import type { ComponentChildren } from 'preact';
import { adviceOf, type ProblemDetails } from '../api/problem.ts';
import { Icon } from './icons.tsx';

export function Loading({ height = 120, label }: { readonly height?: number; readonly label: string }) {
  return (
    <div role="status">
      <span class="visually-hidden">Loading {label}</span>
      <span class="skeleton" style={{ height: `${height}px` }} />
    </div>
  );
}

export function Empty({
  title,
  small = false,
  children,
}: {
  readonly title: string;
  readonly small?: boolean;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class={small ? 'empty small' : 'empty'}>
      <span class="title">{title}</span>
      {children}
    </div>
  );
}

export function Problem({ problem, again }: { readonly problem: ProblemDetails; readonly again?: (() => void) | undefined }) {
  const advice = adviceOf(problem);
  return (
    <div class="problem" role="alert">
      <Icon name="warning" size={18} />
      <div class="problem-text">
        <p class="title">{problem.title}</p>
        <p>{problem.detail}</p>
        {advice === undefined ? null : <p class="secondary">{advice}</p>}
        <p class="muted">
          <code>{problem.code}</code>
        </p>
      </div>
      {again === undefined ? null : (
        <button type="button" class="button small" onClick={again}>
          Try again
        </button>
      )}
    </div>
  );
}

interface Shown<T> {
  readonly value: T | undefined;
  readonly problem: ProblemDetails | undefined;
  readonly refresh?: () => void;
}

/** One of the three, or the thing itself; a problem with something that is there already stands above it. */
export function Either<T>({
  of,
  label,
  height,
  children,
}: {
  readonly of: Shown<T>;
  readonly label: string;
  readonly height?: number;
  readonly children: (value: T) => ComponentChildren;
}) {
  const { value, problem, refresh } = of;
  return (
    <>
      {problem === undefined ? null : <Problem problem={problem} again={refresh} />}
      {value !== undefined ? (
        children(value)
      ) : problem === undefined ? (
        <Loading label={label} {...(height === undefined ? {} : { height })} />
      ) : null}
    </>
  );
}
