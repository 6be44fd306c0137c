/**
 * Takes from the executor's own JavaScript what Node's permission model and flags leave it: for code that has got out of its
 * sandbox. What is gone from these objects cannot be had elsewhere, since Node hides its internals where permissions are on.
 */

import { syncBuiltinESMExports } from 'node:module';
import os from 'node:os';

/** No permission guards these: signals to the host and to all that its user runs, and, where that is root, who one is. */
const ofProcess = [
  ...['kill', '_kill', '_debugProcess', '_debugEnd', 'abort'],
  ...['setuid', 'seteuid', 'setgid', 'setegid', 'setgroups', 'initgroups'],
  // Refused anyway, by a permission or a flag.
  ...['binding', '_linkedBinding', 'chdir', 'dlopen', 'execve', 'loadEnvFile'],
];

/** Before any code of a plugin's runs. There is no way back. */
export function shutLastDoors(): void {
  for (const name of ofProcess) Reflect.deleteProperty(process, name);
  // The host, last in turn for the processor, would hang.
  Reflect.deleteProperty(os, 'setPriority');
  // Modules that import these by name have them of their own.
  syncBuiltinESMExports();
  // Its own code was the one file that it had to read.
  process.permission.drop('fs.read');
}
