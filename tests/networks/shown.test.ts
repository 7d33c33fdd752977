import { expect, test } from 'vitest';
import type { PostDraft } from '../../shared/index.ts';
import { realFilm } from '../support/films.ts';
import { realPicture } from '../support/pictures.ts';
import { createStage, type Stage } from '../support/publishing.ts';

/** What will look different on a network than in the file: said while composing, and nothing that keeps a post back. */

async function advice(stage: Stage, account: string, paths: string[], more: Partial<PostDraft> = {}) {
  const media = paths.map((path) => ({ path, alt: 'A tower' }));
  const check = await stage.check({ text: '', accounts: [account], media, ...more });
  expect(check.problems).toEqual([]);
  return check.advice.map(({ field, message }) => `${field}: ${message}`);
}

const host = (stage: Stage, account: string) => new URL(stage.networks.get(account)?.address ?? '').host;

test('a moving picture becomes a film on Mastodon, stands still on Hollo and a Page, and stays as it is elsewhere', async () => {
  const stage = await createStage({ models: ['mastodon-4.5', 'hollo', 'pleroma', 'facebook'] });
  const gif = await realPicture(stage.home, 'a.gif', { width: 40, height: 40, moving: true });
  const webp = await realPicture(stage.home, 'a.webp', { width: 40, height: 40, moving: true });
  const plain = await realPicture(stage.home, 'b.gif', { width: 40, height: 40 });
  const still = (who: string) => `moves, and stands still on ${who}; convert it to MP4 to keep it moving`;
  const mastodon = host(stage, 'mastodon-4-5');
  expect(await advice(stage, 'mastodon-4-5', [gif, webp, plain])).toEqual([
    `media[0]: moves, and is shown as a film without sound on ${mastodon}`,
    `media[1]: ${still(mastodon)}`,
  ]);
  expect(await advice(stage, 'hollo', [gif])).toEqual([`media[0]: ${still(host(stage, 'hollo'))}`]);
  expect(await advice(stage, 'facebook', [gif])).toEqual([`media[0]: ${still('Facebook')}`]);
  expect(await advice(stage, 'pleroma', [gif, webp])).toEqual([]);
});

test('what a carousel loses by the shape of its first file, and what does not fill the screen', async () => {
  const stage = await createStage({ models: ['instagram', 'facebook'] });
  stage.accountMedia.set('instagram', { host: { via: 'account', account: 'facebook' } });
  const wide = stage.picture('wide.jpg', 1200, 1000);
  const square = stage.picture('square.jpg', 1000, 1000);
  const alike = stage.picture('alike.jpg', 600, 500);
  const film = await realFilm(stage.home, 'film.mp4');
  const of = (paths: string[], format?: 'reel' | 'story') =>
    advice(stage, 'instagram', paths, format ? { overrides: { instagram: { format } } } : {});
  expect(await of([wide, square, alike, film])).toEqual([
    'media[1]: is cropped to the shape of the first file on Instagram, and loses 17 % of its height; crop it to that shape yourself to choose what is left',
    'media[3]: is cropped to the shape of the first file on Instagram, and loses 53 % of its height; crop it to that shape yourself to choose what is left',
  ]);
  const cut = 'it is cropped, or gets bars; crop it to 1080 × 1920 yourself to choose what is left';
  expect(await of([square], 'story')).toEqual([
    `media[0]: has 1000 × 1000 pixels, and a story on Instagram is 9:16: ${cut}`,
  ]);
  expect(await of([film], 'reel')).toEqual([]);
  expect(await advice(stage, 'facebook', [square], { overrides: { facebook: { format: 'story' } } })).toEqual(
    [
      `media[0]: has 1000 × 1000 pixels, and a story on Facebook is 9:16: ${cut}`,
      expect.stringMatching(/^accounts: if the answer of Facebook is lost/),
    ],
  );
});

test('what a network has nothing like, and what a look-up could not find', async () => {
  const stage = await createStage({ models: ['facebook', 'small', 'mastodon-4.5'] });
  const picture = stage.picture('tall.jpg', 1080, 1920);
  const story = { overrides: { facebook: { format: 'story' as const } } };
  expect(await advice(stage, 'facebook', [picture], { contentWarning: 'Heights', sensitive: true })).toEqual([
    'contentWarning: is not sent to Facebook, which has none; leave this account out if the post must not be seen without it',
    'sensitive: is not sent to Facebook, which has nothing like it; leave this account out if that matters',
  ]);
  expect(await advice(stage, 'facebook', [picture], story)).toEqual([
    'accounts: if the answer of Facebook is lost, Belfry will ask you whether the post is there: the stories of the Page show it only while its story archive is on',
  ]);
  const small = host(stage, 'small');
  expect(await advice(stage, 'small', [picture], { visibility: 'private' })).toEqual([
    `accounts: if the answer of ${small} is lost, Belfry will ask you whether the post is there: it is not known whether this server lists private posts`,
  ]);
  expect(
    await advice(stage, 'mastodon-4-5', [picture], { visibility: 'private', contentWarning: 'a' }),
  ).toEqual([]);
});
