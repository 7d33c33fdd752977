/** Primary result codes of SQLite (https://www.sqlite.org/rescode.html) that Belfry decides by. */
const codes = {
  permission: 3,
  busy: 5,
  locked: 6,
  readOnly: 8,
  fault: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
} as const;

const reasons: Record<number, string> = {
  [codes.permission]: 'This user has no right to that file',
  [codes.busy]: 'Another program uses it',
  [codes.locked]: 'Another program uses it',
  [codes.readOnly]: 'The file or its folder is read-only',
  [codes.fault]: 'The disk reports a fault, or is full',
  [codes.corrupt]: 'The file is damaged',
  [codes.full]: 'The disk is full',
  [codes.cannotOpen]: 'The file cannot be opened',
  [codes.notADatabase]: 'The file is not a database, or its beginning is damaged',
};

/** Another connection has the lock. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code === codes.busy || code === codes.locked;
}

/** The file's content is wrong: no matter of rights, space or locks. */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  return code === codes.corrupt || code === codes.notADatabase;
}

/** This connection may not write, or none may. */
export function isReadOnly(error: unknown): boolean {
  return codeOf(error) === codes.readOnly;
}

/** The file can be neither read nor written as things are: rights, space, a faulty disk. */
export function isTrouble(error: unknown): boolean {
  const code = codeOf(error);
  return code !== undefined && code in reasons;
}

/** Why SQLite refused, as a sentence without a full stop. */
export function sqliteReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const known = reasons[codeOf(error) ?? 0];
  return known ? `${known} (SQLite: ${text})` : text;
}

/** The primary code; the extended ones keep it in their lowest byte. */
function codeOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return error.errcode & 0xff;
}
