/** The icons: strokes of one width, in the colour of the text beside them, and silent to readers. */

const paths = {
  overview: 'M3 13h4l2.5-7 4 12L16 13h5',
  plugins: 'M4 5h16M4 12h16M4 19h16',
  releases: 'M12 3v12m0-12 4 4m-4-4L8 7M5 15v4h14v-4',
  hygiene: 'M4 20 14 10m-2-5 7 7M9 20h11',
  audit: 'M6 3h9l4 4v14H6zM9 12h7M9 16h7M9 8h3',
  tokens: 'M14 10a4 4 0 1 1-3-3l8-4v4h-2v3h-3z',
  settings: 'M4 7h10m4 0h2M4 17h2m4 0h10M16 5v4M8 15v4',
  editor: 'm8 7-5 5 5 5m8-10 5 5-5 5m-2-13-4 16',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14m5 12 5 5',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'm5 13 4 4L19 7',
  close: 'M6 6l12 12M18 6 6 18',
  warning: 'M12 4 2.5 20h19zM12 10v4m0 3v.01',
  up: 'm6 14 6-6 6 6',
  down: 'm6 10 6 6 6-6',
  left: 'm14 6-6 6 6 6',
  right: 'm10 6 6 6-6 6',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2v2m0 16v2M2 12h2m16 0h2M5 5l1.4 1.4m11.2 11.2L19 19M5 19l1.4-1.4M17.6 6.4 19 5',
  moon: 'M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5',
  out: 'M14 4h5v16h-5M10 8l-4 4 4 4m-4-4h9',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  play: 'm7 5 11 7-11 7z',
  pause: 'M8 5v14M16 5v14',
  back: 'M9 7 4 12l5 5m-5-5h10a6 6 0 0 1 6 6',
  external: 'M14 4h6v6m0-6-9 9M18 14v6H4V6h6',
  help: 'M9 9a3 3 0 1 1 4 3c-.7.4-1 1-1 2m0 3v.01M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  download: 'M12 4v11m0 0 4-4m-4 4-4-4M5 20h14',
  plus: 'M12 5v14M5 12h14',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 16 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width={name === 'more' ? 3 : 2}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={paths[name]} />
    </svg>
  );
}

export function Logo({ size = 24 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect x="2" y="2" width="28" height="28" rx="7" fill="currentColor" />
      <path
        d="M10 22V10l12 12V10"
        fill="none"
        stroke="var(--on-accent)"
        stroke-width="3.2"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  );
}
