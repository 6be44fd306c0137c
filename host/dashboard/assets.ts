/** The dashboard's files as they are served: read once, and then looked up by their exact names, so that no path leads out. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Encoding, encodingFor } from './negotiate.ts';

/** Where assets are on the admin port. */
export const assetsPath = '/assets/';

const name = z.string().regex(/^[\w.-]{1,200}$/);

/** What the bundler says of what it has made: a file beside it. */
export const bundleIndexSchema = z.strictObject({
  /** The page's own, by their file names. */
  entry: name,
  styles: name,
  icon: name,
  /** Sets the theme before anything is drawn. */
  theme: name,
  /** What the entry imports at once. */
  preloads: z.array(name),
  /** Of workers: by the name of their source. */
  workers: z.record(z.string(), name),
  files: z.array(z.strictObject({ name, type: z.string(), hash: z.string().regex(/^[\w-]{22}$/) })),
});
export type BundleIndex = Readonly<z.infer<typeof bundleIndexSchema>>;

/** The name of that file. */
export const indexName = 'index.json';
/** How what is compressed is called, behind the file's own name. */
export const suffixes: Readonly<Record<Exclude<Encoding, 'identity'>, string>> = { br: '.br', gzip: '.gz' };

interface Stored {
  readonly type: string;
  readonly hash: string;
  readonly bodies: ReadonlyMap<Encoding, Buffer>;
}

export interface Asset {
  readonly type: string;
  readonly encoding: Encoding;
  /** Of this encoding alone: what is compressed is another representation. */
  readonly etag: string;
  readonly body: Buffer;
}

/** A script that stands in the page itself. */
export interface InlineScript {
  readonly text: string;
  /** Names it in a content security policy. */
  readonly source: string;
}

export class Assets {
  readonly index: BundleIndex;
  /** Sets the theme before anything is drawn. */
  readonly theme: InlineScript;
  readonly #files: ReadonlyMap<string, Stored>;

  private constructor(index: BundleIndex, files: ReadonlyMap<string, Stored>) {
    this.index = index;
    this.#files = files;
    const theme = files.get(index.theme)?.bodies.get('identity');
    if (theme === undefined) throw new Error(`${index.theme} is missing`);
    const text = theme.toString().trim();
    if (text.includes('</')) throw new Error(`${index.theme} cannot stand in a page`);
    this.theme = { text, source: `'sha256-${createHash('sha256').update(text).digest('base64')}'` };
  }

  /** @throws where the directory has no whole bundle */
  static async read(directory: string): Promise<Assets> {
    const index = bundleIndexSchema.parse(JSON.parse(await readFile(join(directory, indexName), 'utf8')));
    const files = await Promise.all(
      index.files.map(async ({ name: file, type, hash }): Promise<[string, Stored]> => {
        const bodies = new Map<Encoding, Buffer>([['identity', await readFile(join(directory, file))]]);
        for (const [encoding, suffix] of Object.entries(suffixes)) {
          const body = await readFile(join(directory, `${file}${suffix}`)).catch(missing);
          if (body !== undefined) bodies.set(encoding as Encoding, body);
        }
        return [file, { type, hash, bodies }];
      }),
    );
    return new Assets(index, new Map(files));
  }

  /** @param file the exact name, as it stands behind `assetsPath` */
  find(file: string, accepted: string | undefined): Asset | undefined {
    const stored = this.#files.get(file);
    if (stored === undefined) return undefined;
    const encoding = encodingFor(accepted, new Set(stored.bodies.keys()));
    const etag = encoding === 'identity' ? `"${stored.hash}"` : `"${stored.hash}-${encoding}"`;
    return { type: stored.type, encoding, etag, body: stored.bodies.get(encoding) as Buffer };
  }
}

/** What is too small to be worth it is not compressed. */
function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined;
  throw error;
}
