/** What a half-typed command line can go on with, by the tree of commands itself: so that completion knows all that the commands do. */

import type { Argument, Command, Option } from 'commander';

export interface Candidate {
  readonly text: string;
  readonly what: string;
}

/** `files` and `plugins`: what only the shell or a host knows. */
export interface Candidates {
  readonly words: readonly Candidate[];
  readonly files: boolean;
  readonly plugins: boolean;
}

const none: Candidates = Object.freeze({ words: [], files: false, plugins: false });

/**
 * @param words behind the program's name; the last one is being typed, and may be empty
 */
export function candidates(program: Command, words: readonly string[]): Candidates {
  // bash takes `--sort=cpu` for three words.
  const typed = words.filter((word, i) => word !== '=' || i === words.length - 1);
  const last = typed.at(-1) === '=' ? '' : (typed.at(-1) ?? '');
  let command = program;
  let operands = 0;
  let waiting: Option | undefined;
  let isLiteral = false;
  for (const word of typed.slice(0, -1)) {
    if (waiting !== undefined) waiting = undefined;
    else if (!isLiteral && word === '--') isLiteral = true;
    else if (!isLiteral && word.startsWith('-') && word !== '-') waiting = takesValue(optionOf(command, word), word);
    else {
      const sub: Command | undefined =
        operands === 0 ? command.commands.find((one) => one.name() === word || one.aliases().includes(word)) : undefined;
      if (sub === undefined) operands += 1;
      else command = sub;
    }
  }
  if (waiting !== undefined) return ofOption(waiting, last);
  const [flag, value] = /^(--[\w-]+)=(.*)$/s.exec(last)?.slice(1) ?? [];
  if (flag !== undefined && !isLiteral) {
    const option = optionOf(command, flag);
    return option === undefined ? none : prefixed(ofOption(option, value as string), `${flag}=`);
  }
  if (last.startsWith('-') && !isLiteral) return { ...none, words: flagsOf(command).filter(({ text }) => text.startsWith(last)) };
  const subs = operands === 0 ? visible(command) : [];
  const argument = command.registeredArguments[Math.min(operands, command.registeredArguments.length - 1)];
  const isOver = argument === undefined || (operands >= command.registeredArguments.length && !argument.variadic);
  const rest = isOver ? none : ofArgument(argument);
  return { ...rest, words: [...subs, ...rest.words].filter(({ text }) => text.startsWith(last)) };
}

function visible(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((one) => ({ text: one.name(), what: one.description() }));
}

function flagsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, description }) => (long == null ? [] : [{ text: long, what: description }]));
}

function optionOf(command: Command, word: string): Option | undefined {
  const name = word.split('=', 1)[0];
  return command.options.find(({ long, short }) => long === name || short === name);
}

function takesValue(option: Option | undefined, word: string): Option | undefined {
  return option?.required === true && !word.includes('=') ? option : undefined;
}

function ofOption(option: Option, last: string): Candidates {
  if (option.argChoices !== undefined) {
    return { ...none, words: option.argChoices.filter((choice) => choice.startsWith(last)).map((text) => ({ text, what: '' })) };
  }
  return byName(option.flags);
}

function ofArgument(argument: Argument): Candidates {
  const { argChoices } = argument;
  return argChoices === undefined ? byName(argument.name()) : { ...none, words: argChoices.map((text) => ({ text, what: '' })) };
}

/** The names of arguments and values say what they are. */
function byName(text: string): Candidates {
  if (/domain\/group\/name|^plugin\b/.test(text)) return { ...none, plugins: true };
  return /file|dir|path|capsule/.test(text) ? { ...none, files: true } : none;
}

function prefixed({ words, files, plugins }: Candidates, prefix: string): Candidates {
  return { words: words.map(({ text, what }) => ({ text: `${prefix}${text}`, what })), files, plugins };
}
