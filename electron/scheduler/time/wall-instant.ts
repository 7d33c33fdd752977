import type { Millis } from '../../../shared/index.ts';
import { dayNumber, monthLength } from './civil.ts';
import { instantAt, wallAt, zoneOf } from './zone.ts';

/** The instant of a wall time; `jumped` when clocks skip it (it is the end of the gap), `twice` when they show it again (it is the first). */
export type WallInstant = { at: Millis; clock: 'plain' | 'jumped' | 'twice' };

const pattern = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?$/;

/** Reads `2026-11-22T09:00` (a space does for the T, seconds may follow) as a time on the wall of a zone; undefined for anything else. */
export function wallInstant(text: string, timezone: string): WallInstant | undefined {
  const [year, month, day, hour, minute, second = 0] = (pattern.exec(text)?.slice(1) ?? []).map((part) =>
    Number(part ?? 0),
  );
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (hour === undefined || minute === undefined) return undefined;
  if (month < 1 || month > 12 || day < 1 || day > monthLength(year, month)) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const wall = dayNumber(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
  const zone = zoneOf(timezone);
  const at = instantAt(zone, wall);
  if (wallAt(zone, at) !== wall) return { at: at * 1000, clock: 'jumped' };
  const { end, offset } = zone.at(at);
  const again = Number.isFinite(end) ? wall - zone.at(end).offset : at;
  const isTwice = again > at && again >= end && zone.at(end).offset < offset;
  return { at: at * 1000, clock: isTwice ? 'twice' : 'plain' };
}
