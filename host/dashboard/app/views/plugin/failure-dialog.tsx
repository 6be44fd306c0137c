/** A failed call: what it was given, and running it again on the release that it failed on or on what is live now. */

import { useSignal } from '@preact/signals';
import { mayDeployTo } from '../../access/session.ts';
import { ask, get } from '../../api/client.ts';
import { ApiError, type ProblemDetails } from '../../api/problem.ts';
import type { Failure, Release, Replay } from '../../api/wire.ts';
import { bytes, count, fullTime, micros } from '../../data/format.ts';
import { type Recorded, recordedText } from '../../data/recorded.ts';
import { useResource } from '../../data/use-resource.ts';
import { Badge } from '../../parts/badge.tsx';
import { Copy } from '../../parts/copy.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Icon } from '../../parts/icons.tsx';
import { PlaceLink } from '../../parts/place-link.tsx';
import { saveFile } from '../../parts/save-file.ts';
import { Either, Problem } from '../../parts/states.tsx';

/** As far as it is shown. */
interface Capsule {
  readonly recording: Recorded & { readonly ops: readonly unknown[] };
}

interface FailureDialogProps {
  readonly plugin: string;
  readonly failure: Failure;
  readonly onClose: () => void;
}

export function FailureDialog({ plugin, failure, onClose }: FailureDialogProps) {
  const { id, request, code, detail, position, release, at, redacted, cut } = failure;
  return (
    <Dialog title={request} wide onClose={onClose}>
      <dl class="pairs">
        <dt>Ended by</dt>
        <dd>
          <Badge tone="bad">{code}</Badge> {detail}
        </dd>
        <dt>Where</dt>
        <dd>{position === null ? 'The place is not known' : <PlaceLink {...{ plugin, release, position }} />}</dd>
        <dt>When</dt>
        <dd>
          {fullTime(Date.parse(at))}, on release {release}
        </dd>
        <dt>Id</dt>
        <dd class="mono">
          {id} <Copy text={id} what="the id" />
        </dd>
        {redacted.length === 0 ? null : (
          <>
            <dt>Made unreadable</dt>
            <dd>{redacted.join(', ')}</dd>
          </>
        )}
        {cut ? (
          <>
            <dt>Cut</dt>
            <dd>Not all that the call was given could be kept: run again, it may end otherwise.</dd>
          </>
        ) : null}
      </dl>
      {mayDeployTo(plugin) ? (
        <Given plugin={plugin} id={id} />
      ) : (
        <p class="muted">What it was given is for those who may deploy the plugin.</p>
      )}
      {mayDeployTo(plugin) ? <Again plugin={plugin} failure={failure} /> : null}
    </Dialog>
  );
}

function Given({ plugin, id }: { readonly plugin: string; readonly id: string }) {
  const capsule = useResource(id, (signal) => get<Capsule>(`/v1/plugins/${plugin}/failures/${id}`, signal));
  return (
    <Either of={capsule} label="the request" height={90}>
      {(found) => (
        <section aria-label="What it was given">
          <h3>What it was given</h3>
          <pre class="code-block" tabIndex={0}>
            {recordedText(found.recording)}
          </pre>
          <div class="toolbar">
            <span class="muted">{count(found.recording.ops.length)} operations of the host’s are recorded with it</span>
            <button
              type="button"
              class="button small end"
              title="All that is needed to run it again on any host: nbox replay"
              onClick={() => saveFile(`${plugin.replaceAll('/', '-')}-${id}.capsule.json`, JSON.stringify(found), 'application/json')}
            >
              <Icon name="download" size={14} />
              Capsule
            </button>
          </div>
        </section>
      )}
    </Either>
  );
}

function Again({ plugin, failure }: { readonly plugin: string; readonly failure: Failure }) {
  const releases = useResource(`releases ${plugin}`, (signal) =>
    get<{ releases: readonly Release[] }>(`/v1/plugins/${plugin}/releases`, signal).then((answer) => answer.releases),
  );
  const on = useSignal(failure.release);
  const replay = useSignal<Replay | undefined>(undefined);
  const problem = useSignal<ProblemDetails | undefined>(undefined);
  const isBusy = useSignal(false);
  const run = async () => {
    isBusy.value = true;
    problem.value = undefined;
    replay.value = undefined;
    try {
      replay.value = (
        await ask<Replay>(`/v1/plugins/${plugin}/replays`, { method: 'POST', body: { failure: failure.id, release: on.value } })
      ).value;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      problem.value = error.problem;
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <section aria-label="Run it again">
      <h3>Run it again</h3>
      <p class="muted">In a sandbox apart: what it asks of the host is answered as it was then, and nothing goes out.</p>
      <div class="toolbar" style={{ marginTop: '8px' }}>
        <select
          class="select"
          aria-label="On which release"
          value={on.value}
          onChange={(event) => (on.value = Number(event.currentTarget.value))}
        >
          {(releases.value ?? [])
            .filter(({ kept }) => kept)
            .map(({ number, live }) => (
              <option key={number} value={number}>
                Release {number}
                {number === failure.release ? ' (failed)' : live ? ' (live)' : ''}
              </option>
            ))}
        </select>
        <button type="button" class="button" disabled={isBusy.value} onClick={() => void run()}>
          <Icon name="play" size={14} />
          {isBusy.value ? 'Running…' : 'Replay'}
        </button>
      </div>
      {problem.value === undefined ? null : <Problem problem={problem.value} />}
      {replay.value === undefined ? null : <Outcome plugin={plugin} replay={replay.value} />}
    </section>
  );
}

function Outcome({
  plugin,
  replay: { outcome, detail, position, same, reply, cost, missed, release },
}: {
  readonly plugin: string;
  readonly replay: Replay;
}) {
  return (
    <div role="status" style={{ marginTop: '10px' }}>
      <p>
        <Badge tone={outcome === 'ok' ? 'ok' : 'bad'}>{outcome}</Badge>{' '}
        {outcome === 'ok'
          ? 'It goes well there.'
          : same
            ? 'It fails as it did, at the same place.'
            : 'It fails, but otherwise than it did.'}{' '}
        {detail} {position === null || release === null ? null : <PlaceLink {...{ plugin, release, position }} />}
      </p>
      <p class="muted number">
        {micros(cost.cpuUs)} CPU, {count(cost.steps)} steps, {bytes(cost.memoryBytes)} memory
        {missed.length === 0 ? '' : `; it asked for what was not recorded: ${missed.join(', ')}`}
      </p>
      {reply === null ? null : (
        <pre class="code-block" tabIndex={0}>
          {reply.status}
          {'\n\n'}
          {reply.body}
        </pre>
      )}
    </div>
  );
}
