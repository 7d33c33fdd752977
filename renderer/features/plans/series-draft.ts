import {
  fromInstant,
  type Millis,
  type SeriesDetails,
  type SeriesDraft as SeriesInput,
  type SeriesPost,
  timezoneSchema,
  toInstant,
  valuesNeeded,
} from '../../../shared/index.ts';
import { fromLocal, toLocal } from '../../ui/zone.ts';
import type { DraftMedia } from '../posts/composer-draft.ts';
import { draftOfRule, emptyRule, number, type RuleDraft, ruleOf } from './rule-draft.ts';

/** What stands in the fields of a series. */
export type SeriesDraft = {
  name: string;
  rule: RuleDraft;
  timezone: string;
  end: 'never' | 'at' | 'count';
  /** Wall time in the zone of the series. */
  endAt: string;
  endCount: string;
  aheadDays: string;
  /** Where the words come from: written here, or a named text. */
  words: 'here' | 'template';
  text: string;
  /** Whether `{date}` and the like in a text of its own are filled. */
  fills: boolean;
  template: string;
  values: Readonly<Record<string, string>>;
  accounts: readonly string[];
  media: readonly DraftMedia[];
  contentWarning: string;
};

/** What a series fills by itself. */
export const ownValues = ['date'] as const;

/** The fields for a new series in a zone. */
export function emptySeries(timezone: string, now: Millis): SeriesDraft {
  return {
    name: '',
    rule: emptyRule(toLocal(now, timezone).slice(0, 10)),
    timezone,
    end: 'never',
    endAt: '',
    endCount: '10',
    aheadDays: '14',
    words: 'here',
    text: '',
    fills: true,
    template: '',
    values: {},
    accounts: [],
    media: [],
    contentWarning: '',
  };
}

/** The fields of a series that exists. */
export function draftOfSeries({ series, view, occurrences }: SeriesDetails, now: Millis): SeriesDraft {
  const { post, end } = series;
  const zone = view.timezone;
  const next = occurrences.map(({ at }) => fromInstant(at)).find((at) => at > now) ?? now;
  const empty = emptySeries(zone, now);
  return {
    ...empty,
    name: series.name,
    rule: draftOfRule(series.rule, toLocal(next, zone).slice(0, 10)),
    end: end === null ? 'never' : 'at' in end ? 'at' : 'count',
    endAt: end && 'at' in end ? toLocal(fromInstant(end.at), zone) : '',
    endCount: end && 'count' in end ? String(end.count) : empty.endCount,
    aheadDays: String(series.aheadDays),
    words: post.template === undefined ? 'here' : 'template',
    text: post.text,
    fills: post.template !== undefined || post.values !== undefined,
    template: post.template ?? '',
    values: post.values ?? {},
    accounts: post.accounts,
    media: post.media.map(({ path, alt, focus, url }, key) => ({
      key,
      path,
      alt,
      focus: focus ?? null,
      url: url ?? '',
    })),
    contentWarning: post.contentWarning ?? '',
  };
}

/** The series that the fields mean, not checked yet; what the form has no field for stays as it was in `before`. */
export function seriesOf(draft: SeriesDraft, before?: SeriesPost): SeriesInput {
  const { name, timezone, rule, accounts, contentWarning } = draft;
  const { template: _template, values: _values, contentWarning: _warning, ...kept } = before ?? {};
  return {
    name,
    rule: ruleOf(rule),
    timezone,
    end: endOf(draft),
    aheadDays: number(draft.aheadDays),
    post: {
      ...kept,
      accounts: [...accounts],
      media: draft.media.map(mediumOf),
      ...wordsOf(draft),
      ...(contentWarning === '' ? {} : { contentWarning }),
    },
  };
}

/** The names of the values that the user has to give for a text. */
export function valuesAsked(text: string): string[] {
  return valuesNeeded(text).filter((name) => !ownValues.some((own) => own === name));
}

/** What a series has that the form shows no field for, in words. */
export function keptBeside(post: SeriesPost): string[] {
  return [
    post.thread.length > 0 && `a thread of ${post.thread.length + 1} parts`,
    post.poll !== null && 'a poll',
    post.firstComment !== null && 'a first comment',
    Object.keys(post.overrides).length > 0 && 'other words for some accounts',
    post.visibility !== undefined && 'a visibility',
    post.language !== undefined && 'a language',
    post.sensitive === true && 'a mark as sensitive',
    post.tags.length > 0 && 'tags',
    post.note !== '' && 'a note',
  ].filter((thing) => thing !== false);
}

function wordsOf(draft: SeriesDraft) {
  const values = Object.fromEntries(Object.entries(draft.values).filter(([, value]) => value !== ''));
  if (draft.words === 'template') return { text: '', template: draft.template, values };
  return draft.fills ? { text: draft.text, values } : { text: draft.text };
}

function mediumOf({ path, alt, focus, url = '' }: DraftMedia) {
  const [x, y] = focus ?? [];
  return {
    path: path.trim(),
    alt,
    ...(x === undefined || y === undefined ? {} : { focus: [x, y] as [number, number] }),
    ...(url.trim() === '' ? {} : { url: url.trim() }),
  };
}

function endOf({ end, endAt, endCount, timezone }: SeriesDraft): SeriesInput['end'] {
  if (end === 'never') return null;
  if (end === 'count') return { count: number(endCount) };
  const isZone = timezoneSchema.safeParse(timezone).success;
  const at = isZone ? fromLocal(endAt, timezone) : undefined;
  return { at: at === undefined ? '' : toInstant(at) };
}
