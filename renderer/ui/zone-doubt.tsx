import { createContext, type ReactNode, useCallback, useContext } from 'react';
import type { Millis } from '../../shared/index.ts';
import { userZone } from './now.ts';
import { zoneOffset } from './time.ts';

const DoubtContext = createContext(false);

/**
 * Below it every time of day names its zone when schedules go by another one than that of the user before the window;
 * while all zones are one, names would only be noise.
 */
export function ZoneDoubt({ zones, children }: { zones: readonly string[]; children: ReactNode }) {
  return <DoubtContext value={zones.some((zone) => zone !== userZone)}>{children}</DoubtContext>;
}

/** Whether there is more than one zone, so that a time could be meant in another. */
export function useZoneDoubt(): boolean {
  return useContext(DoubtContext);
}

/** What follows a time of the user's zone: ` GMT-5`, or nothing while no other zone could be meant. */
export function useZoneMark(): (at: Millis, zone?: string) => string {
  const isInDoubt = useZoneDoubt();
  return useCallback(
    (at, zone = userZone) => (isInDoubt || zone !== userZone ? ` ${zoneOffset(at, zone)}` : ''),
    [isInDoubt],
  );
}

/** A zone for people: `America/New York`. */
export function zoneName(zone: string): string {
  return zone.replaceAll('_', ' ');
}
