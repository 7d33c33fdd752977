import {
  envelopeSchema,
  mostUploadBytes,
  type UploadedMedia,
  uploadAddress,
  uploadedMediaSchema,
} from '../../shared/index.ts';
import { CallError } from './call-error.ts';
import type { Link } from './link.ts';

export type UploadOptions = {
  /** Hears how many bytes of how many were sent. */
  onProgress?: (sent: number, total: number) => void;
  /** Cancels the upload; nothing of it stays. */
  signal?: AbortSignal;
};

/** What a post needs to know of a file to add it. */
export type AddedMedia = { path: string; name: string };

/**
 * Brings files that were dropped, pasted or chosen into reach of the engine: one with a path on the engine's machine is
 * named by it, all others are sent. Throws CallError.
 */
export async function takeFile(
  link: Pick<Link, 'media'>,
  file: File,
  options: UploadOptions = {},
): Promise<AddedMedia> {
  const path = link.media.pathOf(file);
  return path === null ? uploadMedia(link, file, options) : { path, name: file.name };
}

/** Sends one file to the engine. Throws CallError; CONFLICT when it was cancelled. */
export async function uploadMedia(
  { media }: Pick<Link, 'media'>,
  file: File,
  { onProgress, signal }: UploadOptions = {},
): Promise<UploadedMedia> {
  if (file.size > mostUploadBytes) throw tooLarge(file);
  if (signal?.aborted) throw cancelled(file);
  const headers = await media.headers();
  if (!headers) throw await readMediaError(undefined);
  // The desktop's own protocol takes bytes that are in memory; what comes without a path there is pasted, and small.
  const body = media.direct ? await file.arrayBuffer() : file;
  const { status, text } = await send(file, { body, headers, onProgress, signal });
  const envelope = envelopeSchema.safeParse(parsed(text)).data;
  if (status === 401) media.refused();
  if (envelope?.ok === false) throw new CallError(envelope.error);
  const stored = uploadedMediaSchema.safeParse(envelope?.ok ? envelope.value : undefined).data;
  if (!stored) throw notUnderstood();
  return stored;
}

type Sending = { body: XMLHttpRequestBodyInit; headers: Record<string, string> } & {
  [K in keyof UploadOptions]: UploadOptions[K] | undefined;
};

/** `fetch` tells nothing of how far a body is on its way. */
function send(
  file: File,
  { body, headers, onProgress, signal }: Sending,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open('POST', uploadAddress(file.name || 'pasted'));
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader('content-type', 'application/octet-stream');
    if (onProgress) request.upload.onprogress = ({ loaded }) => onProgress(loaded, file.size);
    request.onload = () => {
      onProgress?.(file.size, file.size);
      resolve({ status: request.status, text: request.responseText });
    };
    request.onerror = () => reject(brokenOff(file));
    request.onabort = () => reject(cancelled(file));
    request.onloadend = () => signal?.removeEventListener('abort', abort);
    signal?.addEventListener('abort', abort);
    request.send(body);
  });
}

/** Why a request for media was refused; undefined = it was never sent, for want of a token. */
export async function readMediaError(response: Response | null | undefined): Promise<CallError> {
  if (!response)
    return new CallError({
      code: 'NOT_ALLOWED',
      message:
        'NOT_ALLOWED: This window is not signed in, at the engine. Its link was used up or the engine was restarted. Print a new one with `belfry link`.',
    });
  const envelope = envelopeSchema.safeParse(parsed(await response.text())).data;
  return envelope?.ok === false ? new CallError(envelope.error) : notUnderstood();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // Something else than this engine answered, which the schema refuses.
  }
}

function notUnderstood(): CallError {
  return new CallError({
    code: 'INTERNAL',
    message:
      'INTERNAL: The answer could not be understood, from the engine. Something else may listen at this address. Open a new link.',
  });
}

function tooLarge({ name }: File): CallError {
  return new CallError({
    code: 'TOO_LARGE',
    message: `TOO_LARGE: The file is too large, ${name}. At most ${mostUploadBytes / 1024 ** 3} GiB are taken. Cut it, or export it with a lower bit rate.`,
  });
}

function cancelled({ name }: File): CallError {
  return new CallError({
    code: 'CONFLICT',
    message: `CONFLICT: The upload was cancelled, ${name}. You or the page ended it. Add the file again.`,
  });
}

function brokenOff({ name }: File): CallError {
  return new CallError({
    code: 'NOT_RUNNING',
    message: `NOT_RUNNING: The upload broke off, ${name}. Belfry was stopped, or the file is being changed. Add it again.`,
  });
}
