/** A table that is wider than a narrow window's scrolls by itself, by the keyboard, too. */

import type { ComponentChildren } from 'preact';

interface TableProps {
  /** What its rows are. */
  readonly label: string;
  readonly children: ComponentChildren;
}

export function Table({ label, children }: TableProps) {
  return (
    <section class="table-wrap" tabIndex={0} aria-label={`Table: ${label}`}>
      <table class="table">{children}</table>
    </section>
  );
}
