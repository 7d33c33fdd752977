import { type RefObject, useEffect, useRef, useState } from 'react';
import type { MediaLook, ThumbnailWidth } from '../../shared/index.ts';
import { useMediaUrl } from '../api/media.ts';
import './media-thumbnail.css';

type MediaThumbnailProps = {
  /** As in a post; `media:ID` for what Belfry holds. */
  path: string;
  /** What it shows, in words; `''` when the words beside it say so. */
  alt: string;
  /** Pixels that it is made in: 96 for a row, 320 for a card, 1280 for a preview. */
  width?: ThumbnailWidth;
  /** Shape of the box, which is there before the picture is, such as `4 / 5`. */
  aspect?: string;
  /** `cover` fills the box and cuts, `contain` shows all. */
  fit?: 'cover' | 'contain';
  /** Type of the file where it is known: what is no picture is not asked for. */
  mime?: string;
  /** What must stay in sight where the box cuts: x and y in -1…1, as in a post. */
  focus?: readonly [number, number] | null;
};

/** A file of a post as a picture, in a box that never changes its size; a symbol or the reason where there is no picture. */
export function MediaThumbnail(props: MediaThumbnailProps) {
  const { path, alt, width = 96, aspect = '1 / 1', fit = 'cover', mime, focus } = props;
  const box = useRef<HTMLSpanElement>(null);
  const isNear = useNear(box);
  const hasPicture = mime === undefined || mime.startsWith('image/');
  const { url, look, error, busy, onError } = useMediaUrl(isNear && hasPicture ? path : null, width);
  const kind = kindOf(look?.mime ?? mime);
  const words = [alt || (look?.name ?? ''), look ? factsOf(look) : ''].filter(Boolean).join(', ');
  return (
    <span
      ref={box}
      className="media-thumbnail"
      data-state={error ? 'error' : url ? 'shown' : busy || (hasPicture && !look) ? 'busy' : 'symbol'}
      style={{ aspectRatio: aspect }}
      title={error?.message ?? (look ? factsOf(look) : undefined)}
    >
      {url ? (
        <img
          src={url}
          alt={alt}
          decoding="async"
          draggable={false}
          style={{ objectFit: fit, objectPosition: positionOf(focus) }}
          onError={onError}
        />
      ) : error ? (
        <span className="media-thumbnail-note" role="img" aria-label={`${alt} ${error.message}`.trim()}>
          <Drawing kind="broken" />
          {width > 96 && <span className="media-thumbnail-reason">{reasonOf(error.message)}</span>}
        </span>
      ) : (
        (look || !hasPicture) && (
          <span className="media-thumbnail-note" role="img" aria-label={words || kind}>
            <Drawing kind={kind} />
            {look?.seconds != null && (
              <span className="media-thumbnail-length">{durationOf(look.seconds)}</span>
            )}
          </span>
        )
      )}
    </span>
  );
}

/** Whether an element is in sight or soon will be; once it was, it stays so. */
function useNear(box: RefObject<HTMLElement | null>): boolean {
  const [isNear, setNear] = useState(false);
  useEffect(() => {
    const element = box.current;
    if (isNear || !element) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setNear(true);
      },
      { rootMargin: '200px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [box, isNear]);
  return isNear;
}

type Kind = 'film' | 'sound' | 'picture' | 'broken';

function kindOf(mime: string | undefined): Kind {
  if (mime?.startsWith('video/')) return 'film';
  return mime?.startsWith('audio/') ? 'sound' : 'picture';
}

const drawings: Readonly<Record<Kind, string>> = {
  film: 'M3 5h18v14H3zM7 5v14M17 5v14M3 9.500h4M3 14.500h4M17 9.500h4M17 14.500h4',
  sound: 'M9 18V6l10-2v12M9 18a2.500 2 0 1 1-5 0a2.500 2 0 0 1 5 0M19 16a2.500 2 0 1 1-5 0a2.500 2 0 0 1 5 0',
  picture: 'M3 5h18v14H3zM3 16l5-5l4 4l3-3l6 6M16 9v.1',
  broken: 'M3 5h18v14H3zM3 16l5-5l3 3M21 5L3 19',
};

function Drawing({ kind }: { kind: Kind }) {
  return (
    <svg viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={drawings[kind]} />
    </svg>
  );
}

/** Where a cut picture is held, for CSS. Networks count upwards from the middle. */
function positionOf(focus: readonly [number, number] | null | undefined): string | undefined {
  if (!focus) return undefined;
  const [x, y] = focus;
  return `${50 + 50 * x}% ${50 - 50 * y}%`;
}

/** `CODE: what, where. Why. What to do.` without its code. */
function reasonOf(message: string): string {
  return message.replace(/^[A-Z_]+: /, '');
}

function factsOf({ seconds, bytes }: MediaLook): string {
  return [seconds === null ? '' : durationOf(seconds), sizeOf(bytes)].filter(Boolean).join(', ');
}

function durationOf(seconds: number): string {
  const whole = Math.round(seconds);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

function sizeOf(bytes: number): string {
  const unit = bytes >= 1_000_000 ? 'megabyte' : 'kilobyte';
  const value = bytes / (unit === 'megabyte' ? 1_000_000 : 1000);
  return value.toLocaleString(undefined, { style: 'unit', unit, maximumFractionDigits: value < 10 ? 1 : 0 });
}
