/** What was published, rolled back and removed in the page's time. */

import { changes } from '../../data/page.ts';
import { Card } from '../../parts/card.tsx';
import { ChangeRow } from '../../parts/change-row.tsx';
import { Command } from '../../parts/copy.tsx';
import { Either, Empty } from '../../parts/states.tsx';
import { href } from '../../routes/location.ts';

const shown = 7;

export function ChangeList() {
  return (
    <Card title="Changes" about="in the time shown" end={<a href={href({ view: 'releases' })}>All</a>} flush>
      <Either of={{ ...changes.known.value, refresh: () => void changes.refresh() }} label="changes" height={160}>
        {(list) =>
          list.length === 0 ? (
            <Empty title="Nothing was published" small>
              <Command text="nbox push <dir>" />
            </Empty>
          ) : (
            <ul class="list">
              {list.slice(0, shown).map((change) => (
                <ChangeRow key={change.change} change={change} />
              ))}
            </ul>
          )
        }
      </Either>
    </Card>
  );
}
