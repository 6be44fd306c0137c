/** `nbox completion`: scripts for shells, which ask nbox itself what a command line can go on with. */

import { Argument, type Command } from 'commander';
import { z } from 'zod';
import { parsePluginId } from '../../loader/plugin-id.ts';
import { printableLine } from '../printable.ts';
import { type Candidate, candidates } from './candidates.ts';
import { exchange } from './exchange.ts';
import { adminSettings } from './settings.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

/** How long a key that is pressed may wait for a host. */
const hostMs = 500;
const mostWhat = 80;
/** So many plugins nobody reads; more letters make them fewer. */
const mostPlugins = 500;
const mostBytes = 8 * 1_048_576;

/** What a line may be beside a candidate: the shell completes the names of files. */
const files = ':files';

const scripts: Readonly<Record<Shell, string>> = {
  bash: `# nbox completion for bash: eval "$(nbox completion bash)" in ~/.bashrc
_nbox_complete() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == ${files} ]]; then compopt -o default
    else COMPREPLY+=("\${line%%$'\\t'*}")
    fi
  done < <("$1" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _nbox_complete nbox
`,
  zsh: `#compdef nbox
# nbox completion for zsh: eval "$(nbox completion zsh)" in ~/.zshrc, behind compinit
_nbox() {
  local line
  local -a described
  while IFS= read -r line; do
    if [[ $line == ${files} ]]; then _files
    else described+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
    fi
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#described} )) && _describe nbox described
}
if [[ \${funcstack[1]} == _nbox ]]; then _nbox "$@"; else compdef _nbox nbox; fi
`,
  fish: `# nbox completion for fish: nbox completion fish > ~/.config/fish/completions/nbox.fish
function __nbox_complete
    set -l typed (commandline -opc) (commandline -ct)
    for line in ($typed[1] __complete -- $typed[2..-1] 2>/dev/null)
        if test "$line" = "${files}"
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end
complete -c nbox -f -a '(__nbox_complete)'
`,
};

export function addCompletion(program: Command): void {
  program
    .command('completion')
    .description('Prints a script by which a shell completes commands, options, files and ids of plugins')
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText(
      'after',
      '\nExamples:\n  eval "$(nbox completion bash)"                                  in ~/.bashrc\n  eval "$(nbox completion zsh)"                                   in ~/.zshrc\n  nbox completion fish > ~/.config/fish/completions/nbox.fish',
    )
    .action((shell: Shell) => void process.stdout.write(scripts[shell]));

  program
    .command('__complete', { hidden: true })
    .description('What a command line can go on with, a line each; for the scripts of nbox completion')
    .argument('[words...]', 'behind --, what stands behind nbox up to the cursor')
    .action(async (words: readonly string[]) => {
      const found = candidates(program, words.length === 0 ? [''] : words);
      const ids = found.plugins ? await plugins(words.at(-1) ?? '') : [];
      const lines = [...found.words, ...ids].map(({ text, what }) => `${text}\t${printableLine(what).slice(0, mostWhat)}`);
      if (found.files) lines.push(files);
      process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    });
}

/** Those that begin so. None where no host answers in time: nobody waits for a key longer. */
async function plugins(start: string): Promise<Candidate[]> {
  try {
    const { url, token } = await adminSettings({}, process.env, () => {});
    const headers = { authorization: `Bearer ${token}`, accept: 'application/json' };
    const reply = await exchange({ method: 'GET', base: url, path: '/v1/plugins', headers, signal: AbortSignal.timeout(hostMs) });
    let text = '';
    for await (const chunk of reply.setEncoding('utf8')) {
      text += chunk as string;
      if (text.length > mostBytes) return [];
    }
    const { plugins: all } = listSchema.parse(JSON.parse(text));
    // What a shell puts into a command line is an id, whatever answers there.
    return all
      .filter(({ plugin }) => plugin.startsWith(start) && isId(plugin))
      .slice(0, mostPlugins)
      .map(({ plugin, description }) => ({ text: plugin, what: description }));
  } catch {
    return [];
  }
}

const listSchema = z.looseObject({ plugins: z.array(z.looseObject({ plugin: z.string(), description: z.string().default('') })) });

function isId(text: string): boolean {
  try {
    parsePluginId(text);
    return true;
  } catch {
    return false;
  }
}
