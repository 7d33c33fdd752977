import { AwsV4Signer } from 'aws4fetch';
import type { BucketHost, BucketKey, Clock } from '../../shared/index.ts';
import { extensionOf, fileBody, type Http, type HttpResult, type Refusal } from '../networks/index.ts';

type BucketDeps = { http: Http; clock: Pick<Clock, 'now'>; signal: AbortSignal };
type BucketFile = { path: string; mime: string; bytes: number; sha256: string };

/** SHA-256 of nothing. */
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const mostTries = 4;

/** Name of a file in a bucket: by its content, so that the same file is put there once. */
export function nameInBucket(
  { prefix }: BucketHost,
  { sha256, mime }: Pick<BucketFile, 'sha256' | 'mime'>,
): string {
  return `${prefix}${sha256.slice(0, 40)}.${extensionOf(mime)}`;
}

/** Where anybody can fetch what has this name in the bucket. */
export function addressInBucket({ publicUrl }: BucketHost, name: string): string {
  return `${publicUrl.replace(/\/+$/, '')}/${name}`;
}

/** Puts a file into an S3-compatible bucket, streamed; null when it is there. */
export async function putInBucket(
  deps: BucketDeps,
  host: BucketHost,
  key: BucketKey,
  file: BucketFile,
): Promise<Refusal | null> {
  const { url, headers } = await signed(deps, host, key, 'PUT', nameInBucket(host, file), file.sha256);
  const answer = await deps.http({
    method: 'PUT',
    url,
    headers,
    secrets: [key.secret],
    body: fileBody(file),
    signal: deps.signal,
  });
  return refusalOf(answer, host);
}

/** Removes what has this name; null when it is gone, also when it was not there. */
export async function removeFromBucket(
  deps: BucketDeps,
  host: BucketHost,
  key: BucketKey,
  name: string,
): Promise<Refusal | null> {
  const { url, headers } = await signed(deps, host, key, 'DELETE', name, emptyHash);
  const answer = await deps.http({
    method: 'DELETE',
    url,
    headers,
    secrets: [key.secret],
    signal: deps.signal,
  });
  return answer.kind === 'answer' && answer.status === 404 ? null : refusalOf(answer, host);
}

/** The path of a request with its signature (AWS Signature Version 4); path style, which every such server knows. */
async function signed(
  { clock }: BucketDeps,
  { endpoint, bucket, region }: BucketHost,
  { keyId, secret }: BucketKey,
  method: 'PUT' | 'DELETE',
  name: string,
  sha256: string,
): Promise<{ url: string; headers: Record<string, string> }> {
  const request = await new AwsV4Signer({
    method,
    url: `${endpoint.replace(/\/+$/, '')}/${bucket}/${name}`,
    headers: { 'x-amz-content-sha256': sha256 },
    accessKeyId: keyId,
    secretAccessKey: secret,
    service: 's3',
    region,
    datetime: new Date(clock.now()).toISOString().replace(/[:-]|\.\d{3}/g, ''),
  }).sign();
  return { url: request.url.href, headers: Object.fromEntries(request.headers) };
}

function refusalOf(answer: HttpResult, { bucket, endpoint }: BucketHost): Refusal | null {
  const place = `the bucket ${bucket} at ${new URL(endpoint).host}`;
  if (answer.kind === 'none')
    return {
      class: 'retry',
      code: 'NETWORK_UNREACHABLE',
      why: `${place} could not be reached: ${answer.why}`,
      notBefore: null,
    };
  if (answer.status >= 200 && answer.status < 300) return null;
  // The server's own name for the error, for the message.
  const said = /<Code>([A-Za-z]{1,60})<\/Code>/.exec(answer.text)?.[1];
  const why = `${place} answers ${answer.status}${said === undefined ? '' : `, ${said}`}`;
  const isTheirs = answer.status >= 500 || answer.status === 429;
  const refusal: Refusal = { class: 'retry', code: 'NETWORK_REFUSED', why, notBefore: null };
  return isTheirs ? refusal : { ...refusal, mostTries };
}
