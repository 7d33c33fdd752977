/** Our own small set, drawn on a 16 × 16 grid with a stroke of 1.5. */
const drawings = {
  overview:
    'M2.5 2.500h4.500v5h-4.500zM9 2.500h4.500v3h-4.500zM9 8h4.500v5.500h-4.500zM2.5 10h4.500v3.500h-4.500z',
  jobs: 'M8 2a6 6 0 1 1 0 12a6 6 0 0 1 0-12ZM8 4.800v3.400l2.3 1.5',
  runs: 'M2.5 3.500l2.5 2l-2.5 2M7.5 7.500h6M2.5 12.500h11',
  posts: 'M2.5 3h11v8h-6l-3 2.500v-2.500h-2zM5 5.800h6M5 8.300h4',
  plans:
    'M3 7v-.500a3 3 0 0 1 3-3h6.500M10.3 1.300l2.2 2.200l-2.2 2.200M13 9v.500a3 3 0 0 1-3 3h-6.500M5.7 14.700l-2.2-2.200l2.2-2.200',
  accounts:
    'M8 2.300a2.9 2.9 0 1 1 0 5.800a2.9 2.9 0 0 1 0-5.800ZM2.8 13.700c.5-2.7 2.5-4 5.2-4s4.7 1.3 5.2 4',
  settings:
    'M2.5 4.500h4.500M11 4.500h2.500M9 2.700a1.8 1.8 0 1 1 0 3.600a1.8 1.8 0 0 1 0-3.600ZM2.5 11.500h1.500M8 11.500h5.500M6 9.700a1.8 1.8 0 1 1 0 3.600a1.8 1.8 0 0 1 0-3.600Z',
  play: 'M5 3.200v9.600l7.5-4.800z',
  pause: 'M5.5 3.500v9M10.5 3.500v9',
  plus: 'M8 3v10M3 8h10',
  check: 'M3 8.500l3.3 3.300l6.7-7.3',
  close: 'M4 4l8 8M12 4l-8 8',
  alert: 'M8 2.300l6.2 11.200h-12.400zM8 6.300v3.400M8 11.600v.1',
  info: 'M8 2a6 6 0 1 1 0 12a6 6 0 0 1 0-12ZM8 7.500v3.500M8 5v.1',
  right: 'M6 3.500l4.5 4.500l-4.5 4.5',
  left: 'M10 3.500l-4.5 4.500l4.5 4.5',
  down: 'M8 3v10M4 9.200l4 3.800l4-3.8',
  text: 'M3.5 2.500h6l3 3v8h-9zM5.8 7h4.400M5.8 10h4.400',
  up: 'M8 13v-10M4 6.800l4-3.800l4 3.8',
  calendar: 'M2.5 3.800h11v9.700h-11zM2.5 7h11M5.5 2.300v3M10.5 2.300v3',
  top: 'M3.5 2.500h9M8 13.500v-8M4.5 9l3.5-3.5l3.5 3.5',
  bottom: 'M3.5 13.500h9M8 2.500v8M4.5 7l3.5 3.5l3.5-3.5',
  shuffle:
    'M2 4.500h2.500c4 0 3.500 7 7.500 7h2M12 9.300l2.200 2.200l-2.200 2.200M2 11.500h2.500c1.500 0 2.300-1 2.900-2.200M8.800 6.500c.6-1.100 1.500-2 3.200-2h2M12 2.300l2.200 2.200l-2.200 2.200',
  external: 'M9 2.500h4.500v4.500M13.5 2.500l-6 6M11.5 9.500v4h-9v-9h4',
  copy: 'M5.5 5.500h8v8h-8zM10.5 5.500v-3h-8v8h3',
  search: 'M7 2.500a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9ZM10.3 10.300l3.4 3.4',
  trash: 'M2.8 4.300h10.400M6 4.300v-1.800h4v1.800M4.2 4.300l.6 9.200h6.400l.6-9.200M6.8 7v4M9.2 7v4',
  retry: 'M13 8a5 5 0 1 1-1.6-3.700M13.2 2.300v2.800h-2.8',
  edit: 'M3 13l.6-2.800l7.2-7.200l2.2 2.200l-7.2 7.200zM9.3 4.500l2.2 2.2',
  image: 'M2.5 3h11v10h-11zM2.5 11l3.2-3.300l2.5 2.500l2-2l3.3 3.300M10.5 5.800v.1',
  stop: 'M4 4h8v8h-8z',
  clock: 'M8 2a6 6 0 1 1 0 12a6 6 0 0 1 0-12ZM8 4.800v3.400l2.3 1.5',
  skip: 'M3.5 3.500v9l6-4.500zM12 3.500v9',
  dash: 'M4 8h8',
  question:
    'M8 2a6 6 0 1 1 0 12a6 6 0 0 1 0-12ZM6.3 6.300c.1-2 3.5-2 3.5 0c0 1.3-1.8 1.4-1.8 2.700M8 11.200v.1',
  folder: 'M2 4h4.500l1.5 1.800h6v7.200h-12z',
  bell: 'M8 2.200c2.8 0 4 2 4 4.300v3l1.5 2.300h-11l1.5-2.300v-3c0-2.3 1.2-4.3 4-4.300ZM6.5 13.800h3',
  offline:
    'M2.5 2.500l11 11M4 7.200a6.5 6.5 0 0 1 1.8-1M1.8 5a9 9 0 0 1 1.8-1.200M6.3 9.800a3 3 0 0 1 2.6-.6M8 12.500v.1M10.3 7.300l1.7.9M7.5 3.300c2.6-.1 5 .6 6.8 1.9',
} as const;

export type IconName = keyof typeof drawings;

/** One icon, hidden from screen readers: the words beside it say the same. */
export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg className="icon" width={size} height={size} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={drawings[name]} />
    </svg>
  );
}

/** The mark of Belfry. */
export function Mark() {
  return (
    <svg className="mark" width="26" height="26" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect className="mark-ground" width="32" height="32" rx="8" />
      <path
        className="mark-bell"
        d="M16 6.500a2 2 0 0 1 2 2c3.2.8 5 3.5 5 7v3.600l2 2.900v1H7v-1l2-2.900v-3.600c0-3.5 1.8-6.2 5-7a2 2 0 0 1 2-2Z"
      />
      <path className="mark-clapper" d="M13.3 24.500h5.400a2.7 2.7 0 0 1-5.4 0Z" />
    </svg>
  );
}
