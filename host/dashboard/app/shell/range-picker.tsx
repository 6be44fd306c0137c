/** The time that the page is about: chosen here, and by dragging over any chart. */

import { fullTime, shortTime } from '../data/format.ts';
import { range, setRange } from '../data/page.ts';
import { moved, presetNames, presets } from '../data/range.ts';
import { Icon } from '../parts/icons.tsx';

export function RangePicker() {
  const { value } = range;
  const isBetween = value.kind === 'between';
  return (
    <div style={{ display: 'flex', alignItems: 'center', gap: '2px' }}>
      <button
        type="button"
        class="button quiet icon not-phone"
        title="Earlier"
        aria-label="Earlier"
        onClick={() => setRange(moved(value, -1, Date.now()))}
      >
        <Icon name="left" />
      </button>
      <select
        class="select"
        aria-label="Time range"
        title={isBetween ? `${fullTime(value.from)} to ${fullTime(value.to)}` : undefined}
        value={isBetween ? 'between' : value.preset}
        onChange={(event) => {
          const preset = presets.find((one) => one === event.currentTarget.value);
          if (preset !== undefined) setRange({ kind: 'last', preset });
        }}
      >
        {isBetween ? (
          <option value="between">
            {shortTime(value.from)} – {shortTime(value.to)}
          </option>
        ) : null}
        {presets.map((preset) => (
          <option key={preset} value={preset}>
            {presetNames[preset]}
          </option>
        ))}
      </select>
      {isBetween ? (
        <button
          type="button"
          class="button quiet icon not-phone"
          title="Later"
          aria-label="Later"
          onClick={() => setRange(moved(value, 1, Date.now()))}
        >
          <Icon name="right" />
        </button>
      ) : null}
    </div>
  );
}
