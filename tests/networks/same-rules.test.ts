import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { PostDraft } from '../../shared/index.ts';
import { type FakeNetwork, type ModelName, models, noRates } from '../support/fake-networks/index.ts';
import { realFilm } from '../support/films.ts';
import { createStage } from '../support/publishing.ts';

/** What is refused while composing is what the server would refuse, counted by two codes that know nothing of each other. */

const family = '👨‍👩‍👧';
const address = `https://example.com/${'a'.repeat(60)}`;
const x = (count: number) => 'x'.repeat(Math.max(count, 0));
type Case = { text?: string } & Pick<PostDraft, 'contentWarning' | 'visibility' | 'poll'> & {
    alt?: string;
    files?: number;
    film?: boolean;
  };

const poll = (options: string[], durationSeconds = 86_400): Case => ({ poll: { options, durationSeconds } });
const options = (count: number) => Array.from({ length: count }, (_, index) => `Answer ${index}`);

/** Each on one side of a limit of some server; `most` is the one of texts. */
function cases(most: number): Record<string, Case> {
  return {
    'a text of the limit': { text: x(most) },
    'one character more': { text: x(most + 1) },
    'families, few as people see them': { text: family.repeat(Math.floor(most / 5) + 1) },
    'an address that fits shortened': { text: `${x(most - 24)} ${address}` },
    'an address that does not': { text: `${x(most - 23)} ${address}` },
    'a full stop behind the address': { text: `${x(most - 24)} ${address}.` },
    'a full stop that just fits': { text: `${x(most - 25)} ${address}.` },
    'a host without a dot': { text: `${x(most - 26)} http://localhost/aaaaaaaa` },
    'brackets of the address': { text: `${x(most - 24)} https://example.com/a_(b)` },
    'brackets around the address': { text: `${x(most - 26)} (https://example.com/a)` },
    'a mention of another server': { text: `${x(most - 5)} @bob@example.social` },
    'a mention too much': { text: `${x(most - 4)} @bob@example.social` },
    'text and warning within it': { text: x(most - 3), contentWarning: 'abc' },
    'text and warning beyond it': { text: x(most - 2), contentWarning: 'abc' },
    'a warning of 140': { contentWarning: x(140) },
    'a warning of 141': { contentWarning: x(141) },
    unlisted: { visibility: 'unlisted' },
    private: { visibility: 'private' },
    direct: { visibility: 'direct' },
    'options of 50 characters': poll([x(50), 'No']),
    'options of 51 characters': poll([x(51), 'No']),
    'options of 50 families': poll([family.repeat(50), 'No']),
    'options of 200 characters': poll([x(200), 'No']),
    'options of 201 characters': poll([x(201), 'No']),
    'options with an address': poll([`${x(27)} ${address}`, 'No']),
    '4 options': poll(options(4)),
    '5 options': poll(options(5)),
    '6 options': poll(options(6)),
    '7 options': poll(options(7)),
    '20 options': poll(options(20)),
    'a poll of a minute': poll(['Yes', 'No'], 60),
    'a poll of five minutes': poll(['Yes', 'No'], 300),
    'a poll of a month': poll(['Yes', 'No'], 2_629_746),
    'a poll of 100 days': poll(['Yes', 'No'], 100 * 86_400),
    'a poll of a year and a day': poll(['Yes', 'No'], 366 * 86_400),
    'a poll beside a file': { ...poll(['Yes', 'No']), files: 1 },
    'a description of 1,000': { files: 1, alt: x(1000) },
    'a description of 1,001': { files: 1, alt: x(1001) },
    'a description of 1,500': { files: 1, alt: x(1500) },
    'a description of 1,501': { files: 1, alt: x(1501) },
    'a description of 400 families': { files: 1, alt: family.repeat(400) },
    'a description of 5,001': { files: 1, alt: x(5001) },
    '4 files': { files: 4 },
    '5 files': { files: 5 },
    '7 files': { files: 7 },
    'a film among pictures': { files: 1, film: true },
  };
}

/** Where the server takes more than it tells: its own word is kept to. */
const tellsLess: Partial<Record<ModelName, readonly string[]>> = {
  // docs.joinmastodon.org, methods/statuses, and GoToSocial's own: “If provided, media_ids cannot be used.”
  gotosocial: ['a poll beside', 'a poll of'],
  pleroma: ['a poll beside'],
  akkoma: ['a poll beside'],
  // src/api/v2/instance.ts tells limits that src/api/v1/statuses.ts does not look at.
  hollo: [
    'one character',
    'an address',
    'a full stop',
    'brackets',
    'a mention',
    'options',
    '20 options',
    'a poll',
  ],
};

const servers = Object.entries(models).flatMap(([name, { api }]) =>
  api === 'mastodon' ? [name as ModelName] : [],
);

test.each(servers)(
  '%s refuses what the check refuses, and nothing else',
  async (model) => {
    const stage = await createStage({ models: [model] });
    const { network } = stage;
    network.world.model = { ...network.world.model, rates: noRates };
    const [account = ''] = stage.networks.keys();
    const files = [
      stage.picture('a.png'),
      ...Array.from({ length: 7 }, (_, index) => stage.picture(`${index}.png`)),
    ];
    const film = await realFilm(stage.home, 'film.mp4');
    const wrong: string[] = [];
    for (const [name, one] of Object.entries(cases(Math.min(models[model].says.characters, 90_000)))) {
      const needed = one.files ?? (models[model].textOnly ? 0 : 1);
      const paths = [...files.slice(0, needed), ...(one.film ? [film] : [])];
      const { alt = '', text = 'a', files: _, film: __, ...rest } = one;
      const post = { text, accounts: [account], media: paths.map((path) => ({ path, alt })), ...rest };
      const { problems } = await stage.check(post);
      const answer = await send(network, one, paths);
      const isRefused = answer.status >= 400 || answer.droppedPoll;
      if (isRefused !== problems.length > 0)
        wrong.push(
          `${name}: ${answer.status}, but ${problems.map(({ message }) => message).join() || 'no problem'}`,
        );
    }
    const told = tellsLess[model] ?? [];
    const isTold = (line: string) => / [^:]*: 200,/.test(line) && told.some((name) => line.startsWith(name));
    expect(wrong.filter((line) => !isTold(line))).toEqual([]);
  },
  60_000,
);

/** Sends it as a client would that checks nothing. */
async function send({ address: origin, token, world }: FakeNetwork, one: Case, paths: readonly string[]) {
  const headers = { authorization: `Bearer ${token}`, 'user-agent': 'a test', accept: 'application/json' };
  const ids: string[] = [];
  for (const path of paths) {
    const form = new FormData();
    const type = path.endsWith('.mp4') ? 'video/mp4' : 'image/png';
    form.set('file', new File([readFileSync(path)], 'a', { type }));
    form.set('description', one.alt ?? '');
    const uploaded = await fetch(`${origin}/api/v2/media`, { method: 'POST', headers, body: form });
    if (uploaded.status >= 400) return { status: uploaded.status, droppedPoll: false };
    ids.push(((await uploaded.json()) as { id: string }).id);
  }
  const { reads } = world.model;
  const { poll: wanted, text: status = 'a', contentWarning: spoiler_text, visibility } = one;
  const fields = {
    status,
    ...(ids.length > 0 ? { media_ids: ids } : {}),
    ...(spoiler_text ? { spoiler_text, sensitive: true } : {}),
    ...(visibility ? { visibility } : {}),
    ...(wanted ? { poll: { options: wanted.options, expires_in: wanted.durationSeconds } } : {}),
  };
  const answer = await fetch(`${origin}/api/v1/statuses`, {
    method: 'POST',
    headers: { ...headers, 'content-type': reads === 'forms' ? form : 'application/json' },
    body: reads === 'forms' ? formOf(fields) : JSON.stringify(fields),
  });
  const shown = (await answer.json()) as { poll?: unknown };
  return {
    status: answer.status,
    droppedPoll: wanted !== undefined && answer.status === 200 && shown.poll === null,
  };
}

const form = 'application/x-www-form-urlencoded';

function formOf({
  media_ids: ids = [],
  poll: wanted,
  ...plain
}: {
  media_ids?: string[];
  poll?: { options: readonly string[]; expires_in?: number | undefined };
}) {
  const fields = Object.entries(plain).map(([name, value]) => [name, String(value)]);
  const lists = [
    ...ids.map((id) => ['media_ids[]', id]),
    ...(wanted?.options.map((option) => ['poll[options][]', option]) ?? []),
    ...(wanted ? [['poll[expires_in]', String(wanted.expires_in)]] : []),
  ];
  return new URLSearchParams([...fields, ...lists]).toString();
}
