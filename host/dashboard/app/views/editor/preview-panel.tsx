/** A request to the draft, and all that came of it. */

import { useSignal } from '@preact/signals';
import { Icon } from '../../parts/icons.tsx';
import { Empty, Problem } from '../../parts/states.tsx';
import type { Editing } from './editing.ts';
import { eventForm, eventKinds, isEvent } from './event-draft.ts';
import { EventResult, PreviewReply } from './preview-reply.tsx';
import type { Previewing } from './previewing.ts';
import { methods } from './request-draft.ts';

export function PreviewPanel({ editing, previewing }: { readonly editing: Editing; readonly previewing: Previewing }) {
  const request = editing.request.value;
  const more = useSignal(request.headers !== '' || request.body !== '');
  const step = previewing.step.value;
  const problem = previewing.problem.value;
  const answer = previewing.answer.value;
  const event = previewing.event.value;
  const isOld = previewing.made.value !== undefined && previewing.made.value.files !== editing.workspace.files.value;
  const form = isEvent(request.method) ? eventForm[request.method] : undefined;
  const change = (part: Partial<typeof request>) => {
    editing.request.value = { ...editing.request.peek(), ...part };
  };
  return (
    <>
      <form
        class="editor-request"
        onSubmit={(event) => {
          event.preventDefault();
          void previewing.run();
        }}
      >
        <div class="editor-request-line">
          <select
            class="select"
            aria-label="Method"
            value={request.method}
            onChange={(event) => change({ method: event.currentTarget.value })}
          >
            {methods.map((method) => (
              <option key={method}>{method}</option>
            ))}
            <optgroup label="Events">
              {eventKinds.map((kind) => (
                <option key={kind}>{kind}</option>
              ))}
            </optgroup>
          </select>
          <input
            class="input mono"
            aria-label={form?.line ?? 'Path and query'}
            placeholder={form?.lineHint}
            spellcheck={false}
            autocomplete="off"
            value={request.path}
            onInput={(event) => change({ path: event.currentTarget.value })}
          />
          <button type="submit" class="button primary" disabled={step !== 'idle'}>
            {step === 'building' ? 'Building…' : step === 'calling' ? 'Calling…' : 'Send'}
          </button>
        </div>
        <button
          type="button"
          class="link"
          aria-expanded={more.value}
          onClick={() => {
            more.value = !more.value;
          }}
        >
          <Icon name={more.value ? 'down' : 'right'} size={12} /> Headers, body and leniency
        </button>
        {more.value || (form !== undefined && form.body !== '') ? (
          <div class="editor-request-more">
            {form === undefined ? (
              <label class="field">
                <span class="label">Headers, a line each</span>
                <textarea
                  class="input mono"
                  rows={2}
                  spellcheck={false}
                  placeholder="x-user: 42"
                  value={request.headers}
                  onInput={(event) => change({ headers: event.currentTarget.value })}
                />
              </label>
            ) : null}
            {form?.body === '' ? null : (
              <label class="field">
                <span class="label">
                  {form?.body ?? `Body${request.method === 'GET' || request.method === 'HEAD' ? ` (${request.method} sends none)` : ''}`}
                </span>
                <textarea
                  class="input mono"
                  rows={4}
                  spellcheck={false}
                  placeholder={form?.bodyHint ?? '{ "quantity": 12 }'}
                  value={request.body}
                  onInput={(event) => change({ body: event.currentTarget.value })}
                />
              </label>
            )}
            <Leniency previewing={previewing} />
          </div>
        ) : null}
      </form>
      {isOld && step === 'idle' ? <p class="editor-old muted">The text has changed since; the next request builds it anew.</p> : null}
      <div aria-live="polite">
        {problem === undefined ? null : <Refusal problem={problem} editing={editing} />}
        {answer === undefined ? null : <PreviewReply answer={answer} workspace={editing.workspace} />}
        {event === undefined ? null : <EventResult answer={event} />}
      </div>
      {answer === undefined && event === undefined && problem === undefined && step === 'idle' ? (
        <Empty title="Nothing was sent yet" small>
          <p>Send the request: the draft is built, tried by its gates and called, beside what is live and seen by nobody else.</p>
        </Empty>
      ) : null}
    </>
  );
}

function Leniency({ previewing }: { readonly previewing: Previewing }) {
  const { types, tests } = previewing.leniency.value;
  return (
    <fieldset class="editor-leniency">
      <legend>This preview only</legend>
      <label>
        <input
          type="checkbox"
          checked={types}
          onChange={(event) => {
            previewing.leniency.value = { types: event.currentTarget.checked, tests };
          }}
        />{' '}
        In spite of type errors
      </label>
      <label>
        <input
          type="checkbox"
          checked={tests}
          onChange={(event) => {
            previewing.leniency.value = { types, tests: event.currentTarget.checked };
          }}
        />{' '}
        Without running the tests
      </label>
    </fieldset>
  );
}

/** Why there is no preview: where it has places in the source, with them. */
function Refusal({ problem, editing }: { readonly problem: Parameters<typeof Problem>[0]['problem']; readonly editing: Editing }) {
  const places = problem.diagnostics ?? [];
  return (
    <>
      <Problem problem={problem} />
      {places.length === 0 ? null : (
        <ul class="editor-problem-list">
          {places.slice(0, 20).map((one, i) => (
            <li key={i}>
              <button type="button" class="editor-problem" onClick={() => editing.workspace.show(one)}>
                <span class={one.severity === 'error' ? 'dot bad' : 'dot warn'} aria-hidden="true" />
                <span class="editor-problem-text">{one.message}</span>
                <span class="editor-problem-place">
                  {one.file}:{one.line}:{one.column}
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
