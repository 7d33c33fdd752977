import {
  BelfryError,
  heldMediaId,
  type Millis,
  type Problem,
  problemsError,
  type SeriesInput,
} from '../../shared/index.ts';
import { fillPost } from './fill-post.ts';
import type { PlannerNeeds, StoredSeries } from './ports.ts';
import { dayOf, wantedTimes } from './series-times.ts';

/** Checks a series whole, its post against its accounts too; throws BAD_INPUT with all problems together. */
export async function checkSeries(
  needs: PlannerNeeds,
  series: Pick<StoredSeries, 'definition' | 'anchor' | 'cursor' | 'handled'>,
): Promise<void> {
  const problems = [
    ...ruleProblems(needs, series),
    ...heldProblems(series.definition),
    ...(await postProblems(needs, series.definition)),
  ];
  if (problems.length > 0) throw problemsError(problems, 'the series');
}

/** A file of a post goes with that post: a series needs its own. */
function heldProblems({ post }: SeriesInput): Problem[] {
  const lists = [
    { field: 'post.media', media: post.media },
    ...post.thread.map(({ media }, index) => ({ field: `post.thread[${index}].media`, media })),
  ];
  return lists.flatMap(({ field, media }) =>
    media.flatMap(({ path }, index) =>
      heldMediaId(path) === undefined
        ? []
        : [
            {
              field: `${field}[${index}].path`,
              message: 'is the file of a post and goes with it; name a file on this machine',
            },
          ],
    ),
  );
}

function ruleProblems(
  needs: PlannerNeeds,
  series: Pick<StoredSeries, 'definition' | 'anchor' | 'cursor' | 'handled'>,
): Problem[] {
  try {
    const [first] = wantedTimes(needs, series, Number.MAX_SAFE_INTEGER, 1);
    return first === undefined ? [{ field: 'end', message: 'comes before the next post of the rule' }] : [];
  } catch (error) {
    if (!(error instanceof BelfryError) || error.code !== 'BAD_INPUT') throw error;
    return (error.details ?? []).map(({ field, message }) => ({
      field: field.replace(/^triggers\[0\]/, 'rule'),
      message,
    }));
  }
}

async function postProblems(
  needs: PlannerNeeds,
  { post, timezone }: SeriesInput & { timezone: string },
): Promise<Problem[]> {
  const now: Millis = needs.clock.now();
  const strangers = post.accounts.flatMap((id, index) =>
    needs.hasAccount(id)
      ? []
      : [
          {
            field: `accounts[${index}]`,
            message: `names an unknown account "${id}"; \`belfry accounts\` lists them`,
          },
        ],
  );
  const filled = fillPost(post, null, needs.config(), { date: dayOf(now, timezone) });
  const rest = 'post' in filled ? (await needs.posts.check(filled.post)).problems : filled.problems;
  return [...strangers, ...rest].map(({ field, message }) => ({ field: `post.${field}`, message }));
}
