/** A part of a view, under a heading. */

import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

export interface CardProps {
  readonly title: string;
  /** What it is about, in few words. */
  readonly about?: ComponentChildren;
  /** What can be done with it. */
  readonly end?: ComponentChildren;
  /** Without room around what is in it, as for tables. */
  readonly flush?: boolean;
  readonly class?: string;
  readonly children: ComponentChildren;
}

export function Card({ title, about, end, flush = false, class: name, children }: CardProps) {
  const id = useId();
  return (
    <section class={name === undefined ? 'card' : `card ${name}`} aria-labelledby={id}>
      <div class="card-head">
        <h2 id={id}>{title}</h2>
        {about === undefined ? null : <span class="about">{about}</span>}
        {end === undefined ? null : <span class="end">{end}</span>}
      </div>
      <div class={flush ? 'card-body flush' : 'card-body'}>{children}</div>
    </section>
  );
}
