/** node:path: the npm port, which is POSIX's. */

import port from 'path-browserify';

const { basename, delimiter, dirname, extname, format, isAbsolute, join, normalize, parse, relative, resolve, sep } = port;
const toNamespacedPath = (path: string): string => path;

const path: Record<string, unknown> = {
  ...{ basename, delimiter, dirname, extname, format, isAbsolute, join, normalize, parse, relative, resolve, sep, toNamespacedPath },
};
const posix = path;
path['posix'] = path;

export {
  basename,
  delimiter,
  dirname,
  extname,
  format,
  isAbsolute,
  join,
  normalize,
  parse,
  posix,
  relative,
  resolve,
  sep,
  toNamespacedPath,
};
export default path;
