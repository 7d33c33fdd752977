import { userZone } from './now.ts';

/** Says whose times are shown when they are not those of the user before the window. */
export function ZoneHint({ zone }: { zone: string }) {
  if (zone === userZone) return null;
  return (
    <p className="row-sub">
      Times are those of {zone.replaceAll('_', ' ')}; your zone is {userZone.replaceAll('_', ' ')}.
    </p>
  );
}
