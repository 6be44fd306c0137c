/** What came of a request to a draft: reply, console, cost, and where it failed. Whatever a plugin says is text here. */

import { useSignal } from '@preact/signals';
import { bytes, duration } from './figures.ts';
import type { EventAnswer, PreviewAnswer, Reply } from './wire.ts';
import type { Workspace } from './workspace.ts';

export function PreviewReply({ answer, workspace }: { readonly answer: PreviewAnswer; readonly workspace: Workspace }) {
  const { reply, error, stack, usage, logs } = answer;
  return (
    <div class="editor-answer">
      {reply === null ? null : <ReplyView reply={reply} wallUs={usage.wallUs} />}
      {error === null ? null : (
        <section aria-label="Failure" class="editor-failure">
          <p>
            <span class="badge bad">{error.code}</span> {error.detail}
          </p>
          {stack.length > 0 ? (
            <ol class="editor-stack">
              {stack.map((frame, i) => (
                <li key={i}>
                  <button type="button" class="link" onClick={() => workspace.show(frame)}>
                    {frame.name === '' ? 'top level' : frame.name} · {frame.file}:{frame.line}:{frame.column}
                  </button>
                </li>
              ))}
            </ol>
          ) : error.position === undefined ? null : (
            <button type="button" class="link" onClick={() => error.position !== undefined && workspace.show(error.position)}>
              {error.position.file}:{error.position.line}:{error.position.column}
            </button>
          )}
        </section>
      )}
      <Console logs={logs} />
      <section aria-label="Cost">
        <h3>Cost</h3>
        <dl class="editor-cost">
          <Figure name="CPU" value={duration(usage.cpuUs)} />
          <Figure name="Waited" value={duration(usage.waitUs)} />
          <Figure name="Sandbox made" value={duration(usage.initUs)} />
          <Figure name="In all" value={duration(usage.wallUs)} />
          <Figure name="Memory" value={bytes(usage.memoryPeakBytes)} />
          <Figure name="Steps" value={usage.steps.toLocaleString('en')} />
          <Figure name="Outside calls" value={String(usage.hostCalls)} />
        </dl>
      </section>
    </div>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function ReplyView({ reply, wallUs }: { readonly reply: Reply; readonly wallUs: number }) {
  const raw = useSignal(false);
  const headers = useSignal(false);
  const pretty = raw.value ? undefined : indented(reply);
  const kind = reply.status < 400 ? 'ok' : reply.status < 500 ? 'warn' : 'bad';
  return (
    <section aria-label="Reply">
      <p class="editor-reply-line">
        <span class={`badge ${kind}`}>
          {reply.status} {reply.statusText}
        </span>
        <span class="muted">
          {bytes(reply.bytes)} · {duration(wallUs)}
        </span>
        <button
          type="button"
          class="link"
          aria-expanded={headers.value}
          onClick={() => {
            headers.value = !headers.value;
          }}
        >
          {reply.headers.length === 1 ? '1 header' : `${reply.headers.length} headers`}
        </button>
        {indented(reply) === undefined ? null : (
          <button
            type="button"
            class="link"
            aria-pressed={raw.value}
            onClick={() => {
              raw.value = !raw.value;
            }}
          >
            as it came
          </button>
        )}
      </p>
      {headers.value ? (
        <dl class="editor-headers">
          {reply.headers.map(([name, value], i) => (
            <div key={i}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      <section class="editor-body" tabIndex={0} aria-label="Body of the reply">
        <pre>{reply.body === '' ? 'No body' : (pretty ?? reply.body)}</pre>
      </section>
      {reply.base64 ? <p class="muted">It is no text: this is base64.</p> : null}
      {reply.cut ? <p class="muted">Only its beginning is shown.</p> : null}
    </section>
  );
}

/** @returns undefined where it is no JSON, or already in this form */
function indented({ body, base64, cut }: Reply): string | undefined {
  if (base64 || cut || !/^\s*[[{]/.test(body)) return undefined;
  try {
    const text = JSON.stringify(JSON.parse(body), null, 2);
    return text === body ? undefined : text;
  } catch {
    return undefined;
  }
}

function Console({ logs }: { readonly logs: PreviewAnswer['logs'] }) {
  return (
    <section aria-label="Console">
      <h3>Console</h3>
      {logs.length === 0 ? <p class="muted">It said nothing.</p> : null}
      <ul class="editor-console">
        {logs.map((entry) => (
          <li key={entry.sequence} class={entry.kind === 'line' ? entry.level : 'warn'}>
            {entry.kind === 'line' ? entry.text : `${entry.lines} lines were dropped: it says too much`}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function EventResult({ answer }: { readonly answer: EventAnswer }) {
  return (
    <div class="editor-answer">
      <section aria-label="Outcome">
        <p class="editor-reply-line">
          <span class="badge ok">{answer.interface}</span>
        </p>
        <section class="editor-body" tabIndex={0} aria-label="What came of it">
          <pre>{JSON.stringify(answer.result, null, 2)}</pre>
        </section>
      </section>
      <Console logs={answer.logs} />
    </div>
  );
}
