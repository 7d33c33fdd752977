import { z } from 'zod';

/** How a network shows a post: as an ordinary one, as a short film among such films, or for a day only. */
export const postFormats = ['post', 'reel', 'story'] as const;
export type PostFormat = (typeof postFormats)[number];
export const postFormatSchema = z.enum(postFormats, 'must be post, reel or story');
