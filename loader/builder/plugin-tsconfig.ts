/** The compiler options that a plugin may set in a tsconfig.json of its own, and those that it cannot. */

import type { Diagnostic } from '../../guards/errors.ts';
import type { Files } from './file-tree.ts';
import { jsonErrorPosition } from './json-position.ts';

type Options = Record<string, unknown>;

export interface PluginTsconfig {
  /** For TypeScript. */
  readonly compilerOptions: Readonly<Options>;
  /** The part that changes what esbuild writes. */
  readonly emitOptions: Readonly<Options>;
  readonly diagnostics: readonly Diagnostic[];
}

const file = 'tsconfig.json';

const base: Readonly<Options> = Object.freeze({
  strict: true,
  noEmit: true,
  target: 'esnext',
  lib: ['esnext'],
  module: 'esnext',
  moduleResolution: 'bundler',
  moduleDetection: 'force',
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  skipLibCheck: true,
  types: [],
  allowJs: true,
  checkJs: false,
  jsx: 'react-jsx',
  jsxImportSource: 'hono/jsx',
});

/** What the plugin may choose: how strictly it is checked, and how JSX is written. */
const allowed: Readonly<Record<string, 'boolean' | 'string'>> = {
  strict: 'boolean',
  noImplicitAny: 'boolean',
  noImplicitThis: 'boolean',
  strictNullChecks: 'boolean',
  strictFunctionTypes: 'boolean',
  strictBindCallApply: 'boolean',
  strictPropertyInitialization: 'boolean',
  strictBuiltinIteratorReturn: 'boolean',
  alwaysStrict: 'boolean',
  useUnknownInCatchVariables: 'boolean',
  noUncheckedIndexedAccess: 'boolean',
  noPropertyAccessFromIndexSignature: 'boolean',
  exactOptionalPropertyTypes: 'boolean',
  noUnusedLocals: 'boolean',
  noUnusedParameters: 'boolean',
  noImplicitReturns: 'boolean',
  noImplicitOverride: 'boolean',
  noFallthroughCasesInSwitch: 'boolean',
  noUncheckedSideEffectImports: 'boolean',
  allowUnreachableCode: 'boolean',
  allowUnusedLabels: 'boolean',
  checkJs: 'boolean',
  verbatimModuleSyntax: 'boolean',
  isolatedModules: 'boolean',
  erasableSyntaxOnly: 'boolean',
  experimentalDecorators: 'boolean',
  jsx: 'string',
  jsxImportSource: 'string',
  jsxFactory: 'string',
  jsxFragmentFactory: 'string',
};

const emitted = ['jsx', 'jsxImportSource', 'jsxFactory', 'jsxFragmentFactory', 'experimentalDecorators', 'verbatimModuleSyntax'];

/** Options that say what nbox does anyway, or that cannot matter: not worth a warning. */
const harmless = new Set([
  ...Object.keys(base),
  'noEmit',
  'esModuleInterop',
  'allowSyntheticDefaultImports',
  'forceConsistentCasingInFileNames',
  'sourceMap',
  'declaration',
  'outDir',
  'rootDir',
  'removeComments',
  'incremental',
  'useDefineForClassFields',
  '$schema',
  'display',
]);

export function readPluginTsconfig(files: Pick<Files, 'get'>): PluginTsconfig {
  const text = files.get(file);
  const compilerOptions: Options = { ...base };
  const diagnostics: Diagnostic[] = [];
  const say = (severity: Diagnostic['severity'], message: string, line = 1, column = 1): void => {
    diagnostics.push({ severity, file, line, column, code: 'nbox/tsconfig', message });
  };
  if (text !== undefined) {
    const parsed = parseWithComments(text);
    if ('error' in parsed) say('error', parsed.error, parsed.line, parsed.column);
    else if (!isObject(parsed.value)) say('error', 'tsconfig.json must be an object');
    else {
      const options = parsed.value['compilerOptions'] ?? {};
      if (!isObject(options)) say('error', 'compilerOptions must be an object');
      else {
        for (const [name, value] of Object.entries(options)) {
          const type = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
          if (type !== undefined && typeof value !== type) say('error', `${name} must be a ${type}`);
          else if (type !== undefined) compilerOptions[name] = value;
          else if (!harmless.has(name)) say('warning', `${name} cannot be set by a plugin and is ignored`);
        }
        // TypeScript refuses the two together.
        if (compilerOptions['jsx'] === 'react' || compilerOptions['jsx'] === 'preserve') delete compilerOptions['jsxImportSource'];
      }
      for (const name of Object.keys(parsed.value)) {
        if (name === 'extends' || name === 'references' || name === 'plugins') say('warning', `${name} is ignored`);
      }
    }
  }
  const emitOptions = Object.fromEntries(
    emitted.filter((name) => Object.hasOwn(compilerOptions, name)).map((name) => [name, compilerOptions[name]]),
  );
  return { compilerOptions, emitOptions, diagnostics };
}

type Parsed = { readonly value: unknown } | { readonly error: string; readonly line: number; readonly column: number };

/** JSON with comments and trailing commas, as TypeScript reads it. */
function parseWithComments(text: string): Parsed {
  const blank = (match: string): string => match.replace(/[^\n]/g, ' ');
  const bare = text
    .replace(/^\uFEFF/, ' ')
    .replace(/("(?:\\.|[^"\\\n])*")|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g, (match, string: string | undefined) => string ?? blank(match))
    .replace(/("(?:\\.|[^"\\\n])*")|,(?=\s*[}\]])/g, (_, string: string | undefined) => string ?? ' ');
  if (bare.trim() === '') return { value: {} };
  try {
    return { value: JSON.parse(bare) };
  } catch (error) {
    return { error: (error as SyntaxError).message.slice(0, 200), ...jsonErrorPosition(bare) };
  }
}

function isObject(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
