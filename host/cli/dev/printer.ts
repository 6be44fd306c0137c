/** What happens under `nbox dev`, on standard output: lines for people with the code they are about, or an object a line. */

import { printable, printableLine } from '../../printable.ts';
import { codeFrame } from '../code-frame.ts';
import { countDiagnostics, type DiagnosedSource, formatDiagnostics } from '../diagnostics.ts';
import { ms } from '../duration.ts';
import { logText } from '../log-text.ts';
import { type Paint, paintFor } from '../paint.ts';
import { widthOf } from '../terminal-width.ts';
import { describeTests } from '../tests-summary.ts';
import type { Answered, DevEvent, Failed, Live, Ready } from './events.ts';

export interface PrinterParts {
  readonly stream: NodeJS.WriteStream;
  readonly json: boolean;
  /** Of the moment, in milliseconds since 1970. */
  readonly now: () => number;
  /** Whether keys are listened to. */
  readonly keys: boolean;
}

export class Printer {
  readonly #parts: PrinterParts;
  readonly #paint: Paint;

  constructor(parts: PrinterParts) {
    this.#parts = parts;
    this.#paint = paintFor(parts.stream);
  }

  print(event: DevEvent, source: DiagnosedSource): void {
    const { stream, json, now } = this.#parts;
    if (json) {
      stream.write(`${JSON.stringify({ ...event, at: now() })}\n`);
      return;
    }
    stream.write(`${this.#text(event, source)}\n`);
  }

  #text(event: DevEvent, source: DiagnosedSource): string {
    const paint = this.#paint;
    switch (event.event) {
      case 'ready':
        return this.#ready(event);
      case 'live':
        return this.#live(event, source);
      case 'refused': {
        const shown = this.#framed(event.diagnostics, source);
        const words = event.diagnostics.length > 0 ? `${countDiagnostics(event.diagnostics)}  ${event.code}` : event.message;
        return `${shown}${this.#head('red', 'refused')} ${printable(words)}  ${paint('dim', `after ${ms(event.savedMs)}; what was live goes on serving`)}`;
      }
      case 'tests': {
        if (event.passed) return `${this.#head('green', 'tests')} ${describeTests(event.tests)}`;
        const words = event.diagnostics.length > 0 ? countDiagnostics(event.diagnostics) : event.message;
        return `${this.#framed(event.diagnostics, source)}${this.#head('red', 'tests')} ${printable(words)}  ${event.code}`;
      }
      case 'request':
        return this.#answered(event);
      case 'failure':
        return this.#failed(event, source);
      case 'log':
        return `${this.#head('cyan', 'log')} ${logText(event.entry, paint)}`;
      case 'warning':
        return `${this.#head('yellow', 'warning')} ${printable(event.message)}`;
      case 'stopping':
      case 'restarting':
        return paint('dim', `${event.event} …`);
      default:
        return event satisfies never;
    }
  }

  /** `12:03:01 live   ` */
  #head(style: Parameters<Paint>[0], word: string): string {
    const time = new Date(this.#parts.now()).toTimeString().slice(0, 8);
    return `${this.#paint('dim', time)} ${this.#paint(style, word.padEnd(7))}`;
  }

  #ready({ plugin, url, admin, token, startMs }: Ready): string {
    const paint = this.#paint;
    const rows: [string, string][] = [
      ['live at', url],
      ['others', `NBOX_URL=${admin} NBOX_TOKEN=${token} nbox …`],
      ...(this.#parts.keys ? ([['keys', 'o open in a browser, r restart the host, q quit']] as [string, string][]) : []),
    ];
    const head = `${paint('bold', plugin)}  ${paint('green', 'ready')} ${paint('dim', `after ${ms(startMs)}`)}`;
    return ['', `  ${head}`, ...rows.map(([name, text]) => `  ${paint('dim', name.padEnd(8))} ${text}`), ''].join('\n');
  }

  #live({ release, created, savedMs, timings, diagnostics, interfaces }: Live, source: DiagnosedSource): string {
    const paint = this.#paint;
    const { totalMs: _, ...steps } = timings;
    const slowest = Object.entries(steps)
      .filter(([, took]) => took >= 1)
      .sort(([, a], [, b]) => b - a)
      .slice(0, 3)
      .map(([name, took]) => `${printableLine(name.replace(/Ms$/, ''))} ${ms(took)}`);
    const what = created ? `release ${release} in ${paint('bold', ms(savedMs))}` : `release ${release}, as before`;
    const warned = diagnostics.length === 0 ? '' : `  ${countDiagnostics(diagnostics)}`;
    const serves = interfaces.length === 0 ? '  it serves nothing' : '';
    return `${this.#framed(diagnostics, source)}${this.#head('green', 'live')} ${what}${warned}${serves}  ${paint('dim', slowest.join(', '))}`;
  }

  #answered({ method, path, status, ms: took }: Answered): string {
    const paint = this.#paint;
    const style = status === null || status >= 500 ? 'red' : status >= 400 ? 'yellow' : 'green';
    return `${this.#head('cyan', printableLine(method).slice(0, 7))} ${printableLine(path)} ${paint(style, status === null ? 'left' : String(status))} ${paint('dim', ms(took))}`;
  }

  #failed({ code, message, position }: Failed, source: DiagnosedSource): string {
    const head = `${this.#head('red', 'failed')} ${code}  ${printable(message)}`;
    if (position === null) return head;
    const text = source.files.get(position.file);
    const place = `${text === undefined ? position.file : source.pathOf(position.file)}:${position.line}:${position.column}`;
    const width = widthOf(this.#parts.stream);
    const style = { paint: this.#paint, ...(width === undefined ? {} : { width }) };
    const frame = text === undefined ? undefined : codeFrame(text, position.line, position.column, style);
    return [head, this.#paint('cyan', printableLine(place)), ...(frame === undefined ? [] : [frame])].join('\n');
  }

  #framed(diagnostics: Live['diagnostics'], source: DiagnosedSource): string {
    if (diagnostics.length === 0) return '';
    const width = widthOf(this.#parts.stream);
    const style = { paint: this.#paint, ...(width === undefined ? {} : { width }) };
    return `${formatDiagnostics(diagnostics, source, style)}\n\n`;
  }
}
