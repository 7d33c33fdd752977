import type { Announcement, CallInput, CallName, CallOutput } from '../../shared/index.ts';
import { CallError } from './call-error.ts';
import { createEmitter } from './emitter.ts';
import type { Link } from './link.ts';

export type AnnouncementName = Announcement['name'];

/** The engine as pages see it. */
export type Api = {
  readonly link: Link;
  /** One call of the contract; throws CallError. */
  call<N extends CallName>(name: N, input: CallInput<N>): Promise<CallOutput<N>>;
  /** Calls `listener` for announcements; the result ends that. */
  listen(listener: (announcement: Announcement) => void): () => void;
  /** Calls `listener` when announcements may have been lost: the link is open again. */
  onReturn(listener: () => void): () => void;
};

/** Builds the typed API on a link. */
export function createApi(link: Link): Api {
  const announcements = createEmitter<Announcement>();
  const returns = createEmitter<void>();
  link.subscribe(announcements.emit);
  let before = link.state();
  link.watch(() => {
    const now = link.state();
    if (now === 'open' && before !== 'connecting') returns.emit();
    before = now;
  });
  return {
    link,
    async call<N extends CallName>(name: N, input: CallInput<N>) {
      const reply = await link.call(name, input);
      if (!reply.ok) throw new CallError(reply.error);
      // The engine checked its answer against the contract; parsing 10,000 posts again would cost a frame.
      return reply.value as CallOutput<N>;
    },
    listen: announcements.add,
    onReturn: returns.add,
  };
}
