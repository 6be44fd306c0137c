/** Where a plugin fails: guard trips and errors with the line of the author's source, and how often. */

import { useMemo } from 'preact/hooks';
import type { Failure } from '../../api/wire.ts';
import { isTrip, placesOf } from '../../data/trips.ts';
import type { Used } from '../../data/use-resource.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/card.tsx';
import { PlaceLink } from '../../parts/place-link.tsx';
import { Either, Empty } from '../../parts/states.tsx';
import { Table } from '../../parts/table.tsx';
import { Ago } from '../../parts/time.tsx';
import { href } from '../../routes/location.ts';

const shown = 8;

export function FailingPlaces({ plugin, failures }: { readonly plugin: string; readonly failures: Used<readonly Failure[]> }) {
  const places = useMemo(() => placesOf(failures.value ?? []), [failures.value]);
  return (
    <Card
      title="Where it fails"
      about="guard trips and errors, of the calls that were recorded"
      end={<a href={href({ view: 'plugin', plugin, tab: 'failures' })}>All failed calls</a>}
      flush
    >
      <Either of={failures} label="failures" height={80}>
        {() =>
          places.length === 0 ? (
            <Empty title="No failed call is on record" small>
              <p>Calls that fail are recorded with what is needed to run them again.</p>
            </Empty>
          ) : (
            <Table label="where it fails">
              <thead>
                <tr>
                  <th scope="col">What</th>
                  <th scope="col">Where</th>
                  <th scope="col" class="mid">
                    Says
                  </th>
                  <th scope="col" class="end">
                    Times
                  </th>
                  <th scope="col" class="end">
                    Last
                  </th>
                </tr>
              </thead>
              <tbody>
                {places.slice(0, shown).map(({ code, release, position, detail, count, lastAt }) => (
                  <tr key={`${code} ${release} ${position?.file}:${position?.line} ${detail}`}>
                    <td>
                      <Badge tone={isTrip(code) ? 'warn' : 'bad'}>{code}</Badge>
                    </td>
                    <td class="nowrap">
                      {position === null ? <span class="muted">not known</span> : <PlaceLink {...{ plugin, release, position }} />}{' '}
                      <span class="muted">r{release}</span>
                    </td>
                    <td class="mid wrap secondary">{detail}</td>
                    <td class="end">{count}</td>
                    <td class="end">
                      <Ago at={lastAt} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </Table>
          )
        }
      </Either>
    </Card>
  );
}
