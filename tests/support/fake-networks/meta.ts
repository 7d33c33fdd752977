import type { Reply } from './faults.ts';
import type { Asked } from './request.ts';
import type { World } from './world.ts';

/** An error as the Graph API answers it. */
export function metaProblem(
  status: number,
  code: number,
  subcode: number | undefined,
  message: string,
): Reply {
  const error = { message, type: 'OAuthException', code, fbtrace_id: 'FakeTrace' };
  return { status, body: { error: subcode === undefined ? error : { ...error, error_subcode: subcode } } };
}

/** 190 for an unknown token. */
export function refuseStranger(world: World, asked: Asked): Reply | undefined {
  const known = world.tokens.get(asked.token ?? '');
  if (known && (known.until ?? Number.POSITIVE_INFINITY) > world.now()) return undefined;
  return metaProblem(400, 190, 463, 'Error validating access token: Session has expired');
}

/** The path without the version, in its parts. */
export function graphPath(asked: Asked): string[] | undefined {
  const match = /^\/v\d+\.\d+\/(.*)$/.exec(asked.path);
  return match?.[1]?.split('/').map(decodeURIComponent);
}

/** Meta's form of an instant. */
export function metaTime(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/, '+0000');
}
