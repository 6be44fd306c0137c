/** What every file of a bundle is written with: what esbuild folds in one place must be folded in all. */

/** What the engine (QuickJS 2025-09-13) runs: ES2023; what is newer is lowered. */
export const engineTarget = 'es2023';

/** What `import.meta.hot` is in a bundle: a global of the guest's. A release without this word in its code has no state to carry over. */
export const hotName = '__nboxHot';

export const define = {
  'import.meta.hot': hotName,
  'process.env.NODE_ENV': '"production"',
  global: 'globalThis',
  __filename: '"/index.js"',
  __dirname: '"/"',
};

export function tsconfigOf(emitOptions: object): { readonly compilerOptions: object } {
  return { compilerOptions: { ...emitOptions, target: 'esnext', useDefineForClassFields: true } };
}
