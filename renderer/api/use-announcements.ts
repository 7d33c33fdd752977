import { useEffect, useEffectEvent } from 'react';
import type { Announcement } from '../../shared/index.ts';
import { useApi } from './context.tsx';

/** Calls `listener` for every announcement while the component is shown. */
export function useAnnouncements(listener: (announcement: Announcement) => void): void {
  const api = useApi();
  const heard = useEffectEvent(listener);
  useEffect(() => api.listen((announcement) => heard(announcement)), [api]);
}
