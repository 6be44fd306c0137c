/** What wants a look now. */

import type { Alert } from '../../data/alerts.ts';
import { plural } from '../../data/format.ts';
import { Card } from '../../parts/card.tsx';
import { href } from '../../routes/location.ts';

const mostShown = 6;

export function AlertList({ alerts }: { readonly alerts: readonly Alert[] }) {
  return (
    <Card title="Wants a look" about={plural(alerts.length, 'thing')} flush>
      <ul class="list">
        {alerts.slice(0, mostShown).map(({ severity, title, detail, to }) => (
          <li key={title} class="alert">
            <span class={`dot ${severity}`} />
            <span class="visually-hidden">{severity === 'bad' ? 'Bad: ' : 'Warning: '}</span>
            <div class="grow">
              <div>{to === undefined ? title : <a href={href(to)}>{title}</a>}</div>
              <div class="sub">{detail}</div>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
