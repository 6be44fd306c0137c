/** What a plugin writes to its console, as it is written: filtered by the host, and held still while one reads. */

import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { send } from '../../api/client.ts';
import type { LogEntry } from '../../api/wire.ts';
import { EventStream } from '../../data/event-stream.ts';
import { clock, fullTime, plural } from '../../data/format.ts';
import { Ring } from '../../data/ring.ts';
import { Card } from '../../parts/card.tsx';
import { Icon } from '../../parts/icons.tsx';
import { Empty } from '../../parts/states.tsx';
import { query, setQuery } from '../../routes/location.ts';
import { searchOf } from '../../routes/query.ts';
import type { TabProps } from './shown.ts';

/** More than anyone reads, and no more than a page draws in a blink. */
const mostLines = 500;
/** Lines that come within it are drawn together. */
const drawMs = 200;

const levels = ['debug', 'info', 'warn', 'error'] as const;
const sources = [
  { value: '', name: 'All that runs' },
  { value: 'live', name: 'Live releases' },
  { value: 'previews', name: 'Previews' },
  { value: 'tests', name: 'Tests' },
  { value: 'replay', name: 'Replays' },
] as const;

type Shown = LogEntry | { readonly kind: 'gap'; readonly sequence: number };

export function LogsTab({ shown: { detail } }: TabProps) {
  const { plugin } = detail;
  const { level = 'debug', contains = '', source: from = '', call = '' } = query.value;
  const asked = searchOf({ level: level === 'debug' ? undefined : level, contains, from, call, limit: String(mostLines) });
  const lines = useSignal<readonly Shown[]>([]);
  const isHeld = useSignal(false);
  const state = useSignal('connecting');
  useEffect(() => {
    const ring = new Ring<Shown>(mostLines);
    let timer: ReturnType<typeof setTimeout> | undefined;
    lines.value = [];
    const add = (entry: Shown) => {
      ring.push(entry);
      timer ??= setTimeout(() => {
        timer = undefined;
        if (!isHeld.peek()) lines.value = ring.list();
      }, drawMs);
    };
    const stream = new EventStream({
      open: (lastId, signal) =>
        send(`/v1/plugins/${plugin}/logs${asked}`, {
          signal,
          headers: { accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) },
        }),
      onEvent: ({ type, data }) => {
        if (type === 'line' || type === 'dropped') add(data as LogEntry);
      },
      onGap: () => add({ kind: 'gap', sequence: -Date.now() }),
      after: (ms, work) => {
        const one = setTimeout(work, ms);
        return () => clearTimeout(one);
      },
    });
    const leave = stream.state.subscribe((value) => {
      state.value = value;
    });
    const hold = isHeld.subscribe((held) => {
      if (!held) lines.value = ring.list();
    });
    stream.start();
    return () => {
      leave();
      hold();
      stream.stop('closed');
      clearTimeout(timer);
    };
  }, [plugin, asked]);
  return (
    <Card
      title="Log"
      about={state.value === 'open' ? 'live' : state.value === 'waiting' ? 'connection lost, trying again' : 'connecting'}
      end={
        <button type="button" class="button small" aria-pressed={isHeld.value} onClick={() => (isHeld.value = !isHeld.value)}>
          <Icon name={isHeld.value ? 'play' : 'pause'} size={13} />
          {isHeld.value ? 'Go on' : 'Hold'}
        </button>
      }
      flush
    >
      <div class="toolbar" style={{ padding: '4px 16px 12px' }}>
        <select
          class="select"
          aria-label="Least level"
          value={level}
          onChange={(event) => setQuery({ level: event.currentTarget.value === 'debug' ? undefined : event.currentTarget.value })}
        >
          {levels.map((one) => (
            <option key={one} value={one}>
              {one === 'error' ? 'error' : `${one} and above`}
            </option>
          ))}
        </select>
        <select class="select" aria-label="What was run" value={from} onChange={(event) => setQuery({ source: event.currentTarget.value })}>
          {sources.map(({ value, name }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
        <div class="search">
          <Icon name="search" />
          <input
            class="input"
            type="search"
            aria-label="Lines that contain"
            placeholder="Lines that contain…"
            value={contains}
            onChange={(event) => setQuery({ contains: event.currentTarget.value })}
          />
        </div>
        {call === '' ? null : (
          <button type="button" class="chip" aria-pressed="true" onClick={() => setQuery({ call: undefined })}>
            call {call.slice(0, 8)} <Icon name="close" size={12} />
          </button>
        )}
      </div>
      <Lines lines={lines.value} isHeld={isHeld.value} isOpen={state.value === 'open'} />
    </Card>
  );
}

function Lines({ lines, isHeld, isOpen }: { readonly lines: readonly Shown[]; readonly isHeld: boolean; readonly isOpen: boolean }) {
  const box = useRef<HTMLElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const { current } = box;
    // Who has scrolled up is reading there.
    if (current !== null && isAtEnd.current && !isHeld) current.scrollTop = current.scrollHeight;
  }, [lines, isHeld]);
  return (
    <section
      ref={box}
      class="log"
      tabIndex={0}
      aria-label="Lines"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < 24;
      }}
    >
      {lines.length === 0 ? (
        <Empty title={isOpen ? 'Nothing was said yet' : 'Connecting'}>
          <p>What the plugin writes with console.log comes here as it is written.</p>
        </Empty>
      ) : (
        lines.map((line) => <Line key={`${line.kind} ${line.sequence}`} line={line} />)
      )}
    </section>
  );
}

function Line({ line }: { readonly line: Shown }) {
  if (line.kind === 'gap')
    return (
      <div class="log-line warn">
        <span />
        <span />
        <span />
        <span class="text">Some lines are missing here.</span>
      </div>
    );
  const at = Date.parse(line.at);
  const time = (
    <time class="muted" dateTime={line.at} title={fullTime(at)}>
      {clock(at)}
    </time>
  );
  if (line.kind === 'dropped') {
    return (
      <div class="log-line warn">
        {time}
        <span />
        <span />
        <span class="text">{plural(line.lines, 'line')} dropped: more than a plugin may write.</span>
      </div>
    );
  }
  const { level, release, preview, call, text, cut, last } = line;
  return (
    <div class={`log-line ${level}`}>
      {time}
      <span class="level">{level}</span>
      <span class="from muted">{release !== null ? `r${release}` : preview === null ? (line.for ?? '') : 'draft'}</span>
      <span class="text">
        {text}
        {cut ? '…' : ''}
        {last ? ' (the rest of the call’s lines was dropped)' : ''}
        {call === null ? null : (
          <>
            {' '}
            <button type="button" class="link-button call" title="Only this call’s lines" onClick={() => setQuery({ call })}>
              {call.slice(0, 8)}
            </button>
          </>
        )}
      </span>
    </div>
  );
}
