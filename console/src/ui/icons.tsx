// Icons: 16 px strokes in the colour of the text beside them. Decoration only: the word says it.
const paths = {
  more: 'M4 6l4 4 4-4',
  right: 'M6 4l4 4-4 4',
  left: 'M10 4L6 8l4 4',
  up: 'M4 10l4-4 4 4',
  down: 'M4 6l4 4 4-4',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3.5 8.5l3 3 6-7',
  minus: 'M4 8h8',
  plus: 'M8 3.5v9M3.5 8h9',
  search: 'M7 11.5a4.5 4.5 0 100-9 4.5 4.5 0 000 9zM10.5 10.5L14 14',
  copy: 'M6 6h7v7H6zM10 6V3H3v7h3',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  play: 'M5 3.5v9l7-4.5z',
  stop: 'M4 4h8v8H4z',
  restart: 'M12.5 8a4.5 4.5 0 11-1.3-3.2M12.5 2.5v3h-3',
  cross: 'M8 14A6 6 0 108 2a6 6 0 000 12zM6 6l4 4M10 6l-4 4',
  tick: 'M8 14A6 6 0 108 2a6 6 0 000 12zM5.5 8.2l1.8 1.8 3.2-3.8',
  pause: 'M8 14A6 6 0 108 2a6 6 0 000 12zM6 8h4',
  spin: 'M8 2a6 6 0 106 6',
  warn: 'M8 2.5l6 11H2zM8 6.5v3M8 11.6v.2',
  info: 'M8 14A6 6 0 108 2a6 6 0 000 12zM8 7.2v3.6M8 5.2v.2',
  lock: 'M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 015 0v2.5',
  key: 'M6 10.5a2.5 2.5 0 110-5 2.5 2.5 0 010 5zM8.5 8h5v2M11.5 8v1.5',
  disk: 'M2.5 4h11v8h-11zM2.5 9h11M10.5 10.5h1.5',
  server: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5v.1M5 11v.1',
  vault: 'M2.5 3h11v10h-11zM8 10.5a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM8 5.5v5',
  backup: 'M3 8a5 5 0 115 5M3 8l-1.5-2M3 8l2-1.5M8 5.5V8l2 1.5',
  tasks: 'M3 4h1M3 8h1M3 12h1M6 4h7M6 8h7M6 12h7',
  home: 'M2.5 8L8 3l5.5 5M4 7v6h8V7',
  user: 'M8 8a2.5 2.5 0 100-5 2.5 2.5 0 000 5zM3 13.5c.6-2.5 2.4-3.5 5-3.5s4.4 1 5 3.5',
  columns: 'M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10',
  export: 'M8 2.5v7M5 6.5l3 3 3-3M3 11.5v2h10v-2',
  gear: 'M8 10.2a2.2 2.2 0 100-4.4 2.2 2.2 0 000 4.4zM8 1.8v2M8 12.2v2M1.8 8h2M12.2 8h2M3.6 3.6L5 5M11 11l1.4 1.4M3.6 12.4L5 11M11 5l1.4-1.4',
  calendar: 'M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2.5v3M10.5 2.5v3',
  bell: 'M4 11.5V7a4 4 0 018 0v4.5M2.5 11.5h11M6.5 13.5h3',
  gauge: 'M2.5 12a5.5 5.5 0 0111 0M8 12l2.8-3.8',
  log: 'M3.5 2.5h9v11h-9zM6 5.5h4M6 8h4M6 10.5h4',
  shield: 'M8 2l5 2v4c0 3-2 5-5 6-3-1-5-3-5-6V4zM5.8 8l1.6 1.6 2.8-3.2',
  group:
    'M5.5 7.5a2 2 0 100-4 2 2 0 000 4zM1.5 12.5c.4-2 1.9-3 4-3s3.6 1 4 3M10 3.7a2 2 0 011 3.7M11 9.6c1.8.2 3 1.2 3.5 2.9',
  share: 'M4 8.5v5h8v-5M8 10V2.5M5.5 5L8 2.5 10.5 5',
  external: 'M6 3H3v10h10v-3M9 3h4v4M13 3L7.5 8.5',
} as const;

export type IconName = keyof typeof paths;

export function Icon({
  name,
  className,
  size = 16,
}: {
  name: IconName;
  className?: string | undefined;
  size?: number;
}) {
  return (
    <svg
      className={className}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
