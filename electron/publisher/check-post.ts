import {
  fromInstant,
  type Millis,
  type PostCheck,
  type PostInput,
  type Problem,
  placeName,
  toInstant,
} from '../../shared/index.ts';
import type { Adapter, Http, Limits } from '../networks/index.ts';
import { countsOf, type Examined, examine, fitProblems, inspection, partsOf } from './examine-post.ts';
import { noDetails } from './media/facts.ts';
import { type FitPlan, planFit } from './media/plan-fit.ts';
import { wordProblems } from './new-post.ts';
import type { Neighbour, PublisherAccount, PublisherDeps } from './ports.ts';
import { askGivenAddresses } from './public-urls.ts';
import { resolveHeld } from './take-media.ts';
import { type CheckedFile, limitsFor, wishesOf } from './validate.ts';

/** Checks a post against the live limits of its accounts; stores nothing. */
export async function checkPost(
  deps: PublisherDeps,
  http: Http,
  adapterOf: (account: PublisherAccount) => Adapter,
  given: PostInput,
  edited?: string,
): Promise<PostCheck> {
  const { input } = await resolveHeld(deps, given);
  const signal = new AbortController().signal;
  const limitsOf = async (account: PublisherAccount): Promise<Limits | undefined> => {
    const found = await adapterOf(account).limits({
      account,
      http,
      clock: deps.clock,
      log: deps.log,
      signal,
    });
    return found.kind === 'limits' ? found.limits : undefined;
  };
  const accounts = input.accounts.flatMap((id) => deps.account(id) ?? []);
  const known = await Promise.all(
    accounts.map(async (account) => ({
      account,
      limits: await limitsOf(account),
      adapter: adapterOf(account),
    })),
  );
  const { files, problems } = await examine(input, inspection(deps));
  const limits = known.map((one) => one.limits);
  const addresses = await askGivenAddresses(http, input, files, limits, signal);
  return {
    problems: [
      ...wordProblems(deps, input),
      ...problems,
      ...fitProblems(input, files, known, deps.settings()),
      ...addresses.wrong,
    ],
    advice: [...(await adviceOn(deps, input, files, known, edited)), ...addresses.silent],
    counts: countsOf(input, known),
  };
}

type Known = readonly {
  account: PublisherAccount;
  limits: Limits | undefined;
  adapter: Pick<Adapter, 'unsupportedFields' | 'lookUpGap'>;
}[];
type AdviceDeps = Pick<PublisherDeps, 'settings' | 'mediaLedger' | 'clock'>;

/** What could be better about a post that its accounts take: nothing here keeps it from going out. */
async function adviceOn(
  deps: AdviceDeps,
  input: PostInput,
  files: Examined,
  known: Known,
  /** Id of the post that is being edited: it is not its own neighbour. */
  edited?: string,
): Promise<Problem[]> {
  const near = await Promise.all(known.map(({ account }) => timeAdvice(deps, input, account, edited)));
  const all = [
    ...fileAdvice(deps, input, files),
    ...known.flatMap((one) => [...fitAdvice(deps, input, files, one), ...networkAdvice(input, files, one)]),
    ...near.flat(),
  ];
  return all.filter(
    ({ field, message }, index) =>
      all.findIndex((other) => other.field === field && other.message === message) === index,
  );
}

/** What holds for every account: descriptions, and places. */
function fileAdvice(deps: AdviceDeps, input: PostInput, files: Examined): Problem[] {
  const { stripLocation } = deps.settings();
  const lists = [input.media, ...input.thread.map(({ media }) => media)];
  return lists.flatMap((list, part) =>
    list.flatMap(({ path, alt }, index) => {
      const facts = files.get(path);
      const field = `${part === 0 ? '' : `thread[${part - 1}].`}media[${index}]`;
      const found: Problem[] = [];
      if (facts && alt.trim() === '' && !facts.mime.startsWith('audio/'))
        found.push({
          field: `${field}.alt`,
          message:
            'is empty, so that people who cannot see it learn nothing of it; say in a sentence what it shows',
        });
      if (facts?.details?.location)
        found.push({
          field,
          message: stripLocation
            ? 'says where it was made; Belfry takes that out of what it sends'
            : 'says where it was made, and that is sent along; the setting stripLocation takes it out',
        });
      return found;
    }),
  );
}

/** What is done to the files for one account, and what of the post it does not show. */
function fitAdvice(
  deps: AdviceDeps,
  input: PostInput,
  files: Examined,
  { account, limits }: Known[number],
): Problem[] {
  if (!limits) return [];
  const who = placeName(account);
  return partsOf(input, files, account.id).flatMap((part) => {
    const prefix = part.part === 0 ? '' : `thread[${part.part - 1}].`;
    const own = limits.formats[part.format];
    const found: Problem[] =
      own?.silent && part.text.trim() !== ''
        ? [
            {
              field: `${prefix}text`,
              message: `is not shown in a ${part.format} on ${who}; put the words into the picture or film if they matter`,
            },
          ]
        : [];
    const given = limitsFor(limits, part);
    const sent = part.media.map((file) => {
      const whole = { ...file, details: file.details ?? noDetails };
      const plan = planFit(whole, given, wishesOf(account, deps.settings()), who);
      return { file: whole, plan, ratio: ratioOf(whole, plan) };
    });
    for (const [index, { file, plan, ratio }] of sent.entries()) {
      const messages = [
        ...(plan.do === 'make' ? plan.changes : []),
        plan.do === 'refuse' ? null : movingAdvice(file, given, who),
        given.cropsToFirst && index > 0 ? firstShapeAdvice(ratio, sent[0]?.ratio ?? null, who) : null,
        fullScreenAdvice(file, ratio, given, `a ${part.format} on ${who}`),
      ].filter((message) => message !== null);
      found.push(
        ...messages.map((message) => ({ field: `${prefix}media[${file.place ?? index}]`, message })),
      );
    }
    return found;
  });
}

/** What the network has nothing like, and what could not be found out after a lost answer. */
function networkAdvice(input: PostInput, files: Examined, { account, adapter }: Known[number]): Problem[] {
  const who = placeName(account);
  const [first] = partsOf(input, files, account.id);
  if (!first) return [];
  const found: Problem[] = [];
  if (adapter.unsupportedFields.includes('contentWarning') && first.contentWarning)
    found.push({
      field: 'contentWarning',
      message: `is not sent to ${who}, which has none; leave this account out if the post must not be seen without it`,
    });
  if (adapter.unsupportedFields.includes('sensitive') && input.sensitive === true)
    found.push({
      field: 'sensitive',
      message: `is not sent to ${who}, which has nothing like it; leave this account out if that matters`,
    });
  const gap = adapter.lookUpGap(account, first);
  if (gap !== null)
    found.push({
      field: 'accounts',
      message: `if the answer of ${who} is lost, Belfry will ask you whether the post is there: ${gap}`,
    });
  return found;
}

/** Width divided by height of a file as it is sent; null where it is not known, or not sent. */
function ratioOf({ width, height }: CheckedFile, plan: FitPlan): number | null {
  if (plan.do === 'refuse' || width === null || height === null) return null;
  const made = plan.do === 'make' ? (plan.recipe.canvas ?? plan.recipe) : { width, height };
  return made.width / made.height;
}

function movingAdvice({ mime, details }: CheckedFile, { moving }: Limits, who: string): string | null {
  switch (details.animated ? moving[mime] : undefined) {
    case 'film':
      return `moves, and is shown as a film without sound on ${who}`;
    case 'still':
      return `moves, and stands still on ${who}; convert it to MP4 to keep it moving`;
    default:
      return null;
  }
}

/** Shapes that differ by less are cut by a line that no eye misses. */
const likeness = 0.02;

function firstShapeAdvice(ratio: number | null, first: number | null, who: string): string | null {
  if (ratio === null || first === null || Math.abs(ratio / first - 1) < likeness) return null;
  const lost = Math.round(100 * (1 - Math.min(ratio / first, first / ratio)));
  return `is cropped to the shape of the first file on ${who}, and loses ${lost} % of its ${ratio < first ? 'height' : 'width'}; crop it to that shape yourself to choose what is left`;
}

function fullScreenAdvice(
  { width, height }: CheckedFile,
  ratio: number | null,
  { fullScreen }: Limits,
  where: string,
): string | null {
  if (fullScreen === null || ratio === null || Math.abs(ratio / fullScreen.ratio - 1) < likeness) return null;
  const { name, size } = fullScreen;
  return `has ${width} × ${height} pixels, and ${where} is ${name}: it is cropped, or gets bars; crop it to ${size} yourself to choose what is left`;
}

/** The same words again, and posts that come close together. */
async function timeAdvice(
  deps: AdviceDeps,
  input: PostInput,
  account: PublisherAccount,
  edited: string | undefined,
): Promise<Problem[]> {
  const { sameTextHours, closePostMinutes } = deps.settings();
  const at = input.publishAt === null ? deps.clock.now() : fromInstant(input.publishAt);
  const reach = Math.max(sameTextHours * 3_600_000, closePostMinutes * 60_000);
  if (reach === 0) return [];
  const all = await deps.mediaLedger.neighbours(account.id, at - reach, at + reach);
  const near = all.filter(({ post }) => post !== edited);
  const text = input.overrides[account.id]?.text ?? input.text;
  const found: Problem[] = [];
  const same = nearest(
    near.filter((other) => text.trim() !== '' && other.text.trim() === text.trim()),
    at,
  );
  if (same && Math.abs(same.at - at) <= sameTextHours * 3_600_000)
    found.push({
      field: 'text',
      message: `is the same as that of post ${same.post}, for "${account.id}" at ${toInstant(same.at)}; change the words, or cancel one of the two`,
    });
  const close = input.publishAt === null ? undefined : nearest(near, at);
  if (close && Math.abs(close.at - at) < closePostMinutes * 60_000)
    found.push({
      field: 'publishAt',
      message: `is close to post ${close.post}, for "${account.id}" at ${toInstant(close.at)}; move one of the two if they are not meant to follow each other`,
    });
  return found;
}

function nearest(others: readonly Neighbour[], at: Millis): Neighbour | undefined {
  return [...others].sort((a, b) => Math.abs(a.at - at) - Math.abs(b.at - at))[0];
}
