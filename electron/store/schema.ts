import type { Generated } from 'kysely';
import type { RunCause, RunStatus, StepStatus } from '../../shared/index.ts';

/** The tables of belfry.db. Instants are milliseconds since 1970 UTC, booleans 0 or 1, lists and objects JSON text. */
export type Tables = {
  meta: { key: string; value: string };
  job_state: { job_id: string; anchor: number; active: number; schedule: string };
  /** Apart from what rarely changes: a tick moves the cursors of thousands of jobs. */
  job_cursors: { job_id: string; cursor: number };
  runs: {
    seq: Generated<number>;
    id: string;
    job_id: string;
    job_name: string;
    cause: RunCause;
    slot: number | null;
    status: RunStatus;
    attempt: number;
    from_step: number;
    epoch: number;
    created_at: number;
    started_at: number | null;
    finished_at: number | null;
    reason: string | null;
    /** First run of a chain of retries or resumes; null = the run itself. */
    origin_id: string | null;
    /** A queued run does not start before this instant (jitter, back-off). */
    not_before: number | null;
    /** JSON of what the user gave it on its way. */
    parameters: string | null;
    /** What the job was when the try before failed; null for other runs. */
    job_key: Generated<string | null>;
    gap_count: number | null;
    gap_first: number | null;
    gap_last: number | null;
  };
  steps: {
    run_id: string;
    position: number;
    name: string;
    status: StepStatus;
    exit_code: number | null;
    signal: string | null;
    pid: number | null;
    pid_started_at: string | null;
    started_at: number | null;
    finished_at: number | null;
    error: string | null;
    /** JSON value of a step with `"output": "json"`. */
    result: string | null;
  };
  /** Lines in blocks of some 32 KiB: a row per line would cost more than the child that prints it. */
  output: {
    id: Generated<number>;
    run_id: string;
    first_seq: number;
    last_seq: number;
    /** JSON list of `[count, step, at, stream]`: neighbouring lines of one origin share an entry. */
    heads: string;
    /** The lines, joined by line feeds. */
    text: string;
  };
  posts: {
    seq: Generated<number>;
    id: string;
    text: string;
    note: string;
    visibility: string | null;
    content_warning: string | null;
    language: string | null;
    sensitive: number | null;
    publish_at: number | null;
    /** Thread parts after the first: JSON list of texts. */
    thread: string;
    source: string;
    run_id: string | null;
    /** Names the line of output that a post came from; unique. */
    origin_key: string | null;
    /** JSON of a poll. */
    poll: string | null;
    first_comment: string | null;
    /** JSON list of labels. */
    tags: Generated<string>;
    created_at: number;
    updated_at: number;
  };
  media: {
    id: string;
    post_id: string;
    /** 0 = the post itself, 1… = thread parts. */
    part: number;
    position: number;
    /** File name inside the home folder's media/. */
    file: string;
    name: string;
    mime: string;
    bytes: number;
    sha256: string;
    alt: string;
    focus: string | null;
    /** Where the same file stands on the internet. */
    public_url: string | null;
    /** Pixels; null where nothing measured them. */
    width: number | null;
    height: number | null;
    /** JSON of what else is known of it; null for a file of an older version. */
    details: string | null;
  };
  /** Files that Belfry put into a bucket; `at` is when one was last wanted. */
  bucket_files: { account_id: string; name: string; at: number };
  targets: {
    post_id: string;
    account_id: string;
    position: number;
    status: string;
    /** JSON of the target's overrides. */
    override: string;
    /** When it is to go out: the post's `publish_at`, or the instant of a retry; null for a draft. */
    due_at: number | null;
    /** The post's `seq`: what is due together goes out in this order. */
    post_seq: number;
    remote_id: string | null;
    url: string | null;
    error_code: string | null;
    error_message: string | null;
    not_before: number | null;
    /** Why it is put off until then. */
    hold: string | null;
    /** Failures in a row, for the back-off. */
    tries: Generated<number>;
    /** Raised when the user changes what goes out or when. */
    revision: Generated<number>;
    /** JSON of what it published, once the post was edited afterwards. */
    sent: string | null;
    /** JSON list of what the network left out or changed. */
    differs: string | null;
    /** Why what is out could not be compared with what was meant. */
    not_compared: string | null;
    updated_at: number;
  };
  /** Written ahead of every request (networks.md §5): one row per target and thread part, replaced by each new try. */
  attempts: {
    post_id: string;
    account_id: string;
    part: number;
    state: string;
    idempotency_key: string;
    body_hash: string;
    /** What stands on the server already, invisible: JSON list of `{ kind, id, at }` (media, containers, drafts). */
    uploads: string;
    /** Newest remote post id seen before the first send. */
    newest_seen: string | null;
    first_sent_at: number | null;
    last_sent_at: number | null;
    lookups: number;
    epoch: number;
    remote_id: string | null;
    url: string | null;
    /** When it is next compared with what the network shows, after how many tries. */
    compare_at: number | null;
    compare_tries: Generated<number>;
  };
  target_history: {
    seq: Generated<number>;
    post_id: string;
    account_id: string;
    at: number;
    status: string;
    note: string;
  };
  account_state: {
    account_id: string;
    status: string;
    reason: string | null;
    token_expires_at: number | null;
    checked_at: number | null;
    /** Origin that its server sends requests to instead. */
    moved_to: string | null;
  };
  series: {
    seq: Generated<number>;
    id: string;
    /** `removing`: its future posts are being withdrawn, then it is deleted. */
    status: 'active' | 'paused' | 'removing';
    /** JSON of what the user gave, its zone filled in. */
    definition: string;
    revision: number;
    anchor: number;
    cursor: number;
    /** Posts of the rule up to the cursor. */
    handled: number;
    /** JSON of the error that keeps its next post from being made. */
    problem: string | null;
  };
  series_occurrences: {
    series_id: string;
    at: number;
    state: 'made' | 'skipped';
    post_id: string | null;
    revision: number;
    fingerprint: string | null;
  };
  series_gaps: {
    seq: Generated<number>;
    series_id: string;
    at: number;
    count: number;
    first: number;
    last: number;
    reason: string;
  };
};
