import type { PostDraft } from '../../../shared/index.ts';

/** A row as a spreadsheet shows it, by the names of its columns; empty cells are left out. */
export type Cells = Readonly<Record<string, string>>;
type Draft = Readonly<Record<string, unknown>>;

/** One column that is there once: how its cell is read, and written. */
type Column = {
  read(cell: string): unknown;
  write(post: PostDraft): string;
};

const plain = (
  name: 'text' | 'note' | 'key' | 'firstComment' | 'contentWarning' | 'language' | 'visibility',
): Column => ({
  read: (cell) => cell,
  write: (post) => post[name] ?? '',
});
const list = (name: 'accounts' | 'tags', by: RegExp): Column => ({
  read: (cell) =>
    cell
      .split(by)
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  write: (post) => (post[name] ?? []).join(', '),
});
const flag = (name: 'draft' | 'sensitive'): Column => ({
  read: yesOrNo,
  write: (post) => (post[name] === undefined ? '' : String(post[name])),
});

/** Columns in the order in which they are written. Files, parts of a thread and polls have columns of their own. */
const columns: Readonly<Record<string, Column>> = {
  text: plain('text'),
  accounts: list('accounts', /[\s,;]+/),
  publishAt: { read: (cell) => cell, write: ({ publishAt }) => publishAt ?? '' },
  draft: flag('draft'),
  tags: list('tags', /[,\n]/),
  firstComment: plain('firstComment'),
  contentWarning: plain('contentWarning'),
  visibility: plain('visibility'),
  language: plain('language'),
  sensitive: flag('sensitive'),
  overrides: {
    read: (cell) => {
      try {
        return JSON.parse(cell);
      } catch {
        return cell; // No JSON is no object, and the schema says so.
      }
    },
    write: ({ overrides }) => (overrides === undefined ? '' : JSON.stringify(overrides)),
  },
  note: plain('note'),
  key: plain('key'),
};

const pollColumns = ['poll', 'pollSeconds', 'pollMultiple', 'pollHideTotals'];
const numbered = /^(?:thread(\d+)\.)?(media|alt|focus|url)(\d+)$/;
const threadText = /^thread(\d+)$/;
/** As many as a post can have. */
const mostFiles = 20;
const mostParts = 50;

/** Whether a column of this name means something. */
export function isColumn(name: string): boolean {
  if (name in columns || pollColumns.includes(name)) return true;
  const [, part, , file] = numbered.exec(name) ?? [];
  if (file !== undefined)
    return isWithin(file, mostFiles) && (part === undefined || isWithin(part, mostParts));
  const [, alone] = threadText.exec(name) ?? [];
  return alone !== undefined && isWithin(alone, mostParts);
}

/** Names to suggest for a misspelt one. */
export const columnNames: readonly string[] = [
  ...Object.keys(columns),
  ...pollColumns,
  ...['media1', 'alt1', 'focus1', 'url1', 'thread1', 'thread1.media1', 'thread1.alt1'],
];

/** The post that a row says, as it is to be checked. */
export function readCells(cells: Cells): Draft {
  const post: Record<string, unknown> = {};
  for (const [name, column] of Object.entries(columns)) {
    const cell = cells[name];
    if (cell !== undefined) post[name] = column.read(cell);
  }
  const media = readFiles(cells, '');
  const thread = Array.from({ length: lastPart(cells) }, (_, index) => ({
    text: cells[`thread${index + 1}`] ?? '',
    media: readFiles(cells, `thread${index + 1}.`),
  }));
  const poll = readPoll(cells);
  return {
    ...post,
    ...(media.length > 0 ? { media } : {}),
    ...(thread.length > 0 ? { thread } : {}),
    ...(poll === undefined ? {} : { poll }),
  };
}

/** A post as a row. */
export function writeCells(post: PostDraft): Cells {
  const cells = Object.entries(columns).map(([name, column]) => [name, column.write(post)] as const);
  const thread = (post.thread ?? []).flatMap(({ text, media = [] }, index) => [
    [`thread${index + 1}`, text] as const,
    ...writeFiles(media, `thread${index + 1}.`),
  ]);
  const all = [...cells, ...writePoll(post), ...writeFiles(post.media ?? [], ''), ...thread];
  return Object.fromEntries(all.filter(([, cell]) => cell !== ''));
}

/** The columns of a table of these rows: those that are always there first, then what some row needs. */
export function columnsOf(rows: readonly Cells[]): string[] {
  const always = ['text', 'accounts', 'publishAt'];
  const used = new Set(rows.flatMap((cells) => Object.keys(cells)));
  const known = [...Object.keys(columns), ...pollColumns].filter((name) => used.has(name));
  const more = [...used].filter((name) => !always.includes(name) && !known.includes(name));
  return [...new Set([...always, ...known, ...more.sort(byColumnOrder)])];
}

/** The column in which a mistake of a post is to be put right: `media[0].alt` is `alt1`. */
export function columnOf(field: string): string {
  const [, part, rest = field] = /^thread\[(\d+)\]\.?(.*)$/.exec(field) ?? [];
  const [, file, what] = /^media\[(\d+)\](?:\.(alt|focus|url))?/.exec(rest) ?? [];
  const prefix = part === undefined ? '' : `thread${Number(part) + 1}`;
  if (file !== undefined) return `${prefix === '' ? '' : `${prefix}.`}${what ?? 'media'}${Number(file) + 1}`;
  if (part !== undefined) return prefix;
  if (field === 'media') return 'media1';
  const polls: Record<string, string> = {
    durationSeconds: 'pollSeconds',
    multiple: 'pollMultiple',
    hideTotals: 'pollHideTotals',
  };
  const [, poll] = /^poll\.(\w+)$/.exec(field) ?? [];
  return (poll === undefined ? undefined : polls[poll]) ?? /^\w*/.exec(field)?.[0] ?? '';
}

function readFiles(cells: Cells, prefix: string): unknown[] {
  const last = Math.max(
    0,
    ...Array.from({ length: mostFiles }, (_, index) => index + 1).filter((number) =>
      ['media', 'alt', 'focus', 'url'].some((name) => cells[`${prefix}${name}${number}`] !== undefined),
    ),
  );
  return Array.from({ length: last }, (_, index) => {
    const cell = (name: string) => cells[`${prefix}${name}${index + 1}`];
    const [alt, focus, url] = [cell('alt'), cell('focus'), cell('url')];
    return {
      path: cell('media') ?? '',
      ...(alt === undefined ? {} : { alt }),
      ...(focus === undefined ? {} : { focus: focus.split(/[,;]/).map(Number) }),
      ...(url === undefined ? {} : { url }),
    };
  });
}

function writeFiles(media: NonNullable<PostDraft['media']>, prefix: string) {
  return media.flatMap(({ path, alt = '', focus, url = '' }, index) => [
    [`${prefix}media${index + 1}`, path] as const,
    [`${prefix}alt${index + 1}`, alt] as const,
    [`${prefix}focus${index + 1}`, focus?.join(',') ?? ''] as const,
    [`${prefix}url${index + 1}`, url] as const,
  ]);
}

function readPoll(cells: Cells): unknown {
  if (!pollColumns.some((name) => cells[name] !== undefined)) return undefined;
  const { poll = '', pollSeconds, pollMultiple, pollHideTotals } = cells;
  return {
    options: poll
      .split('\n')
      .map((option) => option.replace(/\r$/, ''))
      .filter((option) => option !== ''),
    ...(pollSeconds === undefined ? {} : { durationSeconds: Number(pollSeconds) }),
    ...(pollMultiple === undefined ? {} : { multiple: yesOrNo(pollMultiple) }),
    ...(pollHideTotals === undefined ? {} : { hideTotals: yesOrNo(pollHideTotals) }),
  };
}

function writePoll({ poll }: PostDraft): (readonly [string, string])[] {
  if (!poll) return [];
  return [
    ['poll', poll.options.join('\n')],
    ['pollSeconds', String(poll.durationSeconds ?? '')],
    ['pollMultiple', String(poll.multiple ?? '')],
    ['pollHideTotals', String(poll.hideTotals ?? '')],
  ];
}

function lastPart(cells: Cells): number {
  const parts = Object.keys(cells).flatMap((name) => {
    const number = threadText.exec(name)?.[1] ?? numbered.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
  return Math.max(0, ...parts);
}

/** Words for yes and no in spreadsheets; anything else is left for the schema to refuse. */
function yesOrNo(cell: string): unknown {
  const word = cell.trim().toLowerCase();
  if (['true', 'yes', '1', 'x'].includes(word)) return true;
  return ['false', 'no', '0'].includes(word) ? false : cell;
}

function isWithin(number: string, most: number): boolean {
  return Number(number) >= 1 && Number(number) <= most;
}

/** By part of the thread, then by file, then in the order in which they are filled in. */
function byColumnOrder(a: string, b: string): number {
  const [x, y] = [orderOf(a), orderOf(b)];
  return x.part - y.part || x.file - y.file || x.what - y.what;
}

function orderOf(name: string): { part: number; file: number; what: number } {
  const alone = threadText.exec(name)?.[1];
  if (alone !== undefined) return { part: Number(alone), file: 0, what: 0 };
  const [, part = '0', what = '', file = '0'] = numbered.exec(name) ?? [];
  return { part: Number(part), file: Number(file), what: ['media', 'alt', 'focus', 'url'].indexOf(what) };
}

/**
 * Beginnings that a spreadsheet takes for a formula (https://owasp.org/www-community/attacks/CSV_Injection), also behind
 * an apostrophe, which is how this is written down and read back.
 */
const formula = /^'*[=+\-@\t\r＝＋－＠]/u;

/** A text as a cell that no spreadsheet takes for a formula. */
export function toCell(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** The text of such a cell; the exact opposite of `toCell`. */
export function fromCell(cell: string): string {
  return cell.startsWith("'") && formula.test(cell) ? cell.slice(1) : cell;
}
